#include "plugin/baseline/few_run_costs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// As in job_costs.cc, of which this is a small one: the pull to 0 that keeps jobs which always come
// together finite, and residuals that count less.
constexpr double kRidge = 0.01;
constexpr double kHuberPids = 1;
constexpr double kHuberShare = 0.05;

// A few equations are solved soon; a bound where a tick has hundreds of such jobs.
constexpr std::size_t kMostSweeps = 50;
constexpr std::size_t kMostSteps = 20'000;
constexpr double kStill = 1e-2;  // PIDs

struct Equation {
  std::vector<std::size_t> columns;  // once for each line
  double observed = 0;
  double residual = 0;
  double weight = 1;
};

/// Least squares by coordinate descent; returns a value for each column.
std::vector<double> solve(std::vector<Equation>& equations, std::size_t columns) {
  std::vector<double> values(columns, 0.0);
  std::vector<std::vector<std::size_t>> rows(columns);
  std::size_t entries = 1;
  for (std::size_t e = 0; e < equations.size(); ++e)
    for (const std::size_t column : equations[e].columns) {
      rows[column].push_back(e);
      ++entries;
    }
  const std::size_t sweeps = std::clamp<std::size_t>(kMostSteps / entries, 3, kMostSweeps);
  for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
    double moved = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      double top = -kRidge * values[column];
      double bottom = kRidge;
      for (const std::size_t e : rows[column]) {
        top += equations[e].weight * equations[e].residual;
        bottom += equations[e].weight;
      }
      const double step = top / bottom;
      values[column] += step;
      for (const std::size_t e : rows[column]) equations[e].residual -= step;
      moved = std::max(moved, std::abs(step));
    }
    for (Equation& e : equations) {
      const double bound = kHuberPids + kHuberShare * std::abs(e.observed - e.residual);
      e.weight = std::abs(e.residual) <= bound ? 1 : bound / std::abs(e.residual);
    }
    if (moved < kStill) break;
  }
  return values;
}

}  // namespace

double FewRunCosts::beside(std::uint32_t interval) const {
  const IntervalGroup& group = groups_.groups[groups_.of_interval[interval]];
  double sum = costs_.predict(clock_, group);
  for (const std::uint32_t label : clock_.item_sets.labels(group.items))
    if (few_.few(label)) sum -= costs_.cost(label);
  return sum;
}

FewRunCost FewRunCosts::of(std::uint32_t interval) const {
  FewRunCost cost;
  cost.beside = beside(interval);
  std::vector<std::uint32_t> here;  // jobs of few runs that ran elsewhere, once for each line
  std::vector<std::uint32_t> elsewhere;
  for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[interval].items)) {
    if (!few_.few(label)) continue;
    const std::size_t before = elsewhere.size();
    few_.teachers(clock_, label, interval, elsewhere);
    if (elsewhere.size() > before) {
      here.push_back(label);
      continue;
    }
    ++cost.unknown;
    if (cost.unknown_labels.empty() || cost.unknown_labels.back() != label)
      cost.unknown_labels.push_back(label);
  }
  if (here.empty()) return cost;
  std::ranges::sort(elsewhere);
  elsewhere.erase(std::unique(elsewhere.begin(), elsewhere.end()), elsewhere.end());

  std::vector<std::uint32_t> jobs;  // one a column
  const auto column_of = [&](std::uint32_t label) {
    return static_cast<std::size_t>(std::ranges::lower_bound(jobs, label) - jobs.begin());
  };
  const auto for_each_few = [&](std::uint32_t other, auto use) {
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[other].items))
      if (few_.few(label)) use(label);
  };
  for (const std::uint32_t other : elsewhere)
    for_each_few(other, [&](std::uint32_t label) { jobs.push_back(label); });
  std::ranges::sort(jobs);
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  std::vector<Equation> equations(elsewhere.size());
  for (std::size_t k = 0; k < elsewhere.size(); ++k) {
    for_each_few(elsewhere[k],
                 [&](std::uint32_t label) { equations[k].columns.push_back(column_of(label)); });
    equations[k].observed = clock_.intervals[elsewhere[k]].advance - beside(elsewhere[k]);
    equations[k].residual = equations[k].observed;
  }
  const std::vector<double> values = solve(equations, jobs.size());
  for (const std::uint32_t label : here) cost.pids += values[column_of(label)];
  const std::uint32_t rarest = *std::ranges::min_element(
      here, {}, [&](std::uint32_t label) { return std::pair(groups_.seen[label], label); });
  cost.rarest = values[column_of(rarest)];
  few_.teachers(clock_, rarest, interval, cost.teachers);
  for (const std::uint32_t other : cost.teachers)
    cost.residuals.push_back(
        equations[static_cast<std::size_t>(std::ranges::lower_bound(elsewhere, other) -
                                           elsewhere.begin())]
            .residual);
  return cost;
}

}  // namespace pidometer
