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

// Intervals elsewhere that are looked at for one: ten jobs of few runs have as many. What a tick of
// hundreds of jobs has beyond these is taken for not known.
constexpr std::size_t kMostIntervals = 64;

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

FewRunCosts::Lines FewRunCosts::lines_of(std::uint32_t interval) const {
  Lines lines;
  std::vector<std::uint32_t>& elsewhere = lines.elsewhere;
  std::vector<std::uint32_t> left;  // until it is known which intervals are looked at
  std::vector<std::uint32_t> runs;
  for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[interval].items)) {
    if (!few_.few(label)) continue;
    runs.clear();
    few_.teachers(clock_, label, interval, runs);
    if (elsewhere.size() >= kMostIntervals) {
      left.push_back(label);
      continue;
    }
    for (const std::uint32_t run : runs) {
      const auto place = std::ranges::lower_bound(elsewhere, run);
      if (place == elsewhere.end() || *place != run) elsewhere.insert(place, run);
    }
    if (runs.empty())
      ++lines.unknown;
    else
      lines.known.push_back(label);
  }
  for (const std::uint32_t label : left) {
    runs.clear();
    few_.teachers(clock_, label, interval, runs);
    const auto known = std::ranges::any_of(
        runs, [&](std::uint32_t run) { return std::ranges::binary_search(elsewhere, run); });
    if (known)
      lines.known.push_back(label);
    else
      ++lines.unknown;
  }
  return lines;
}

FewRunCost FewRunCosts::of(std::uint32_t interval) const {
  FewRunCost cost;
  cost.beside = beside(interval);
  const Lines lines = lines_of(interval);
  cost.unknown_lines = lines.unknown;
  if (lines.known.empty()) return cost;
  std::vector<std::uint32_t> jobs = lines.known;  // one a column
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  const auto column_of = [&](std::uint32_t label) {
    return static_cast<std::size_t>(std::ranges::lower_bound(jobs, label) - jobs.begin());
  };
  std::vector<Equation> equations(lines.elsewhere.size());
  for (std::size_t k = 0; k < lines.elsewhere.size(); ++k) {
    const std::uint32_t other = lines.elsewhere[k];
    Equation& equation = equations[k];
    equation.observed = clock_.intervals[other].advance - beside(other);
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[other].items)) {
      if (!few_.few(label)) continue;
      if (std::ranges::binary_search(jobs, label))
        equation.columns.push_back(column_of(label));
      else
        equation.observed -= costs_.cost(label);
    }
    equation.residual = equation.observed;
  }
  const std::vector<double> values = solve(equations, jobs.size());
  for (const std::uint32_t label : lines.known) cost.pids += values[column_of(label)];
  const std::uint32_t rarest = *std::ranges::min_element(
      jobs, {}, [&](std::uint32_t label) { return std::pair(groups_.seen[label], label); });
  cost.rarest = values[column_of(rarest)];
  few_.teachers(clock_, rarest, interval, cost.teachers);
  std::erase_if(cost.teachers, [&](std::uint32_t other) {
    return !std::ranges::binary_search(lines.elsewhere, other);
  });
  for (const std::uint32_t other : cost.teachers)
    cost.residuals.push_back(
        equations[static_cast<std::size_t>(std::ranges::lower_bound(lines.elsewhere, other) -
                                           lines.elsewhere.begin())]
            .residual);
  return cost;
}

}  // namespace pidometer
