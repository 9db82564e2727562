#include "plugin/compared_intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "plugin/baseline/common_intervals.h"

namespace pidometer {
namespace {

std::uint16_t minute_of_hour(const PidClock& clock, std::uint32_t tick) {
  return static_cast<std::uint16_t>(clock.ticks[tick].minute % 60);
}

}  // namespace

ComparedIntervals::ComparedIntervals(const PidClock& clock)
    : clock_(clock),
      groups_(group_intervals(clock)),
      few_(clock, groups_, OddRuns(clock, groups_)) {}

bool ComparedIntervals::common(std::uint32_t interval) const {
  return groups_.groups[groups_.of_interval[interval]].common;
}

Compared ComparedIntervals::of(std::uint32_t interval) const {
  return common(interval) ? of_common_group(interval) : of_rarest_job(interval);
}

std::vector<std::pair<std::int32_t, std::uint32_t>> ComparedIntervals::counts(
    std::uint32_t interval) {
  const std::int32_t own = clock_.intervals[interval].advance;
  if (!common(interval)) {
    Counts counts;
    for (const std::uint32_t other : of(interval).intervals)
      ++counts[clock_.intervals[other].advance];
    return {counts.begin(), counts.end()};
  }
  const auto [known, added] =
      counted_.try_emplace({groups_.of_interval[interval], minute_of_hour(clock_, interval)});
  if (added) {
    for (const std::uint32_t other : of(interval).intervals)
      ++known->second[clock_.intervals[other].advance];
    ++known->second[own];
  }
  Counts counts = known->second;
  if (--counts[own] == 0) counts.erase(own);
  return {counts.begin(), counts.end()};
}

Compared ComparedIntervals::of_common_group(std::uint32_t interval) const {
  const IntervalGroup& group = groups_.groups[groups_.of_interval[interval]];
  Compared all{{},
               "other intervals that start with the same jobs, end with as many, and last as many "
               "half minutes"};
  Compared same_minute{{}, all.rule + ", at the same minute of the hour"};
  for (std::uint32_t k = group.begin; k < group.end; ++k) {
    const std::uint32_t other = groups_.order[k];
    if (other == interval) continue;
    all.intervals.push_back(other);
    if (minute_of_hour(clock_, other) == minute_of_hour(clock_, interval))
      same_minute.intervals.push_back(other);
  }
  return same_minute.intervals.size() + 1 >= kKnownRuns ? same_minute : all;
}

Compared ComparedIntervals::of_rarest_job(std::uint32_t interval) const {
  const auto labels = clock_.item_sets.labels(clock_.ticks[interval].items);
  Compared others{{},
                  "other runs of the rarest of its jobs (with other jobs beside it, perhaps: what "
                  "those cost is taken off by the additive fit)"};
  if (labels.empty()) return others;
  const std::uint32_t rarest = *std::ranges::min_element(
      labels, {}, [&](std::uint32_t l) { return std::pair(groups_.seen[l], l); });
  if (few_.few(rarest)) {
    // where nothing tells what one of its jobs costs, nothing does of the interval
    const bool told = std::ranges::all_of(labels, [&](std::uint32_t label) {
      return !few_.few(label) || !few_.teachers(clock_, label, interval).empty();
    });
    if (told) others.intervals = few_.teachers(clock_, rarest, interval);
    return others;
  }
  std::size_t in_common = 0;
  for (std::uint32_t i = 0; i < clock_.intervals.size(); ++i) {
    if (i == interval || groups_.of_interval[i] == kNoGroup) continue;
    if (!std::ranges::binary_search(clock_.item_sets.labels(clock_.ticks[i].items), rarest))
      continue;
    if (groups_.groups[groups_.of_interval[i]].common)
      ++in_common;
    else
      others.intervals.push_back(i);
  }
  if (in_common > 0)
    others.rule = fmt::format(
        "other runs of the rarest of its jobs that stand alone as this one does, and {} in ticks "
        "that have their like: expected is what the additive fit over all of these says",
        in_common);
  return others;
}

}  // namespace pidometer
