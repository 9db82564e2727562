#include "plugin/baseline/job_costs.h"

#include <algorithm>

#include "plugin/baseline/robust_fit.h"

namespace pidometer {
namespace {

// A group's median counts by its size up to here: beyond it the median is as good as it gets.
constexpr double kFullWeight = 30;

// Sweeps of coordinate descent; it stops earlier when nothing moves. The bound on the work is for
// logs in which nearly every tick has its own set of jobs.
constexpr FitBounds kBounds{200, 4'000'000, 1e-4};

// Half minutes of a usual interval: the rate is still when so many of it are.
constexpr double kUsualHalfMinutes = 20;

}  // namespace

JobCosts::JobCosts(const PidClock& clock, const IntervalGroups& groups, const FewRuns& few) {
  const std::size_t jobs = groups.seen.size();
  std::vector<FitRow> rows;
  std::vector<FitColumn> columns(jobs + 2);
  FitColumn& next = columns[jobs];
  FitColumn& rate = columns[jobs + 1];
  rate.span = kUsualHalfMinutes;
  std::size_t entries = 0;
  for (const IntervalGroup& group : groups.groups) {
    if (group.core.n == 0 || few.holds_unknown(clock, group.items)) continue;
    const auto index = static_cast<std::uint32_t>(rows.size());
    FitRow& row = rows.emplace_back();
    row.observed = group.core.median;
    row.weight = std::min(kFullWeight, static_cast<double>(group.core.n));
    for (const std::uint32_t label : clock.item_sets.labels(group.items)) {
      columns[label].add(index, 1);
      ++entries;
    }
    if (group.next_jobs > 1) next.add(index, group.next_jobs - 1.0);
    rate.add(index, group.half_minutes);
    entries += 2;
  }
  if (!rows.empty()) fit_robustly(rows, columns, entries, kBounds);
  cost_.reserve(jobs);
  for (std::size_t label = 0; label < jobs; ++label) cost_.push_back(columns[label].value);
  per_next_job_ = next.value;
  per_half_minute_ = rate.value;
}

double JobCosts::predict(const PidClock& clock, const IntervalGroup& group) const {
  double sum = per_half_minute_ * group.half_minutes;
  if (group.next_jobs > 1) sum += per_next_job_ * (group.next_jobs - 1);
  for (const std::uint32_t label : clock.item_sets.labels(group.items)) sum += cost(label);
  return sum;
}

}  // namespace pidometer
