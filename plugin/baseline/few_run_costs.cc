#include "plugin/baseline/few_run_costs.h"

#include <algorithm>
#include <utility>

#include "plugin/baseline/robust_fit.h"

namespace pidometer {
namespace {

// A few equations are solved soon; a bound where a tick has hundreds of such jobs.
constexpr FitBounds kBounds{50, 20'000, 1e-2};

// Intervals elsewhere that are looked at for one: ten jobs of few runs have as many. What a tick of
// hundreds of jobs has beyond these is taken for not known.
constexpr std::size_t kMostIntervals = 64;

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
  for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[interval].items)) {
    if (!few_.few(label)) continue;
    if (elsewhere.size() >= kMostIntervals) {
      left.push_back(label);
      continue;
    }
    const std::vector<std::uint32_t> runs = few_.teachers(clock_, label, interval);
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
    const bool known = std::ranges::any_of(
        few_.teachers(clock_, label, interval),
        [&](std::uint32_t run) { return std::ranges::binary_search(elsewhere, run); });
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
  std::vector<FitRow> rows(lines.elsewhere.size());
  std::vector<FitColumn> columns(jobs.size());
  std::size_t entries = 1;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t other = lines.elsewhere[k];
    rows[k].observed = clock_.intervals[other].advance - beside(other);
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[other].items)) {
      if (!few_.few(label)) continue;
      if (std::ranges::binary_search(jobs, label)) {
        columns[column_of(label)].add(static_cast<std::uint32_t>(k), 1);
        ++entries;
      } else {
        rows[k].observed -= costs_.cost(label);
      }
    }
  }
  fit_robustly(rows, columns, entries, kBounds);
  for (const std::uint32_t label : lines.known) cost.pids += columns[column_of(label)].value;
  const std::uint32_t rarest = *std::ranges::min_element(
      jobs, {}, [&](std::uint32_t label) { return std::pair(groups_.seen[label], label); });
  cost.rarest = columns[column_of(rarest)].value;
  cost.teachers = few_.teachers(clock_, rarest, interval);
  std::erase_if(cost.teachers, [&](std::uint32_t other) {
    return !std::ranges::binary_search(lines.elsewhere, other);
  });
  for (const std::uint32_t other : cost.teachers)
    cost.residuals.push_back(
        rows[static_cast<std::size_t>(std::ranges::lower_bound(lines.elsewhere, other) -
                                      lines.elsewhere.begin())]
            .residual);
  return cost;
}

}  // namespace pidometer
