#include "plugin/baseline/interval_groups.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <span>
#include <utility>

#include "plugin/baseline/group_table.h"
#include "plugin/baseline/usual_bursts.h"

namespace pidometer {
namespace {

// A job seen less often runs daily or weekly: its cost depends on what it finds
constexpr std::uint32_t kCommonRuns = 15;

// Nor are intervals of one stretch of work compared with one another: whoever puts lines of a known
// job beside his work would have them teach what they cost. What begins in three hours is more than
// one, as it is what the schedule asks of a tick (tick_gaps.cc).
constexpr std::size_t kLeastHours = 3;

constexpr std::int32_t kHalfMinute = 30;

GroupKey key_of(const PidClock& clock, std::size_t i) {
  const std::int32_t half = (clock.intervals[i].seconds + kHalfMinute / 2) / kHalfMinute;
  return {clock.ticks[i].items, clock.ticks[i + 1].jobs,
          static_cast<std::uint16_t>(
              std::clamp<std::int32_t>(half, 0, std::numeric_limits<std::uint16_t>::max()))};
}

/// Up to kLeastHours different hours in which something began.
class Hours {
 public:
  void add(Timestamp time) {
    const std::int64_t hour =
        std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
    const auto end = hours_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (count_ < hours_.size() && std::find(hours_.begin(), end, hour) == end)
      hours_[count_++] = hour;
  }
  std::size_t count() const { return count_; }

 private:
  std::array<std::int64_t, kLeastHours> hours_{};
  std::size_t count_ = 0;
};

void count_labels(const PidClock& clock, IntervalGroups& result) {
  for (const IntervalGroup& group : result.groups)
    for (const std::uint32_t label : clock.item_sets.labels(group.items)) {
      if (label >= result.seen.size()) result.seen.resize(std::size_t{label} + 1, 0);
      result.seen[label] += group.end - group.begin;
    }
}

}  // namespace

std::uint32_t rarest_label(const PidClock& clock, const IntervalGroups& groups,
                           const IntervalGroup& group) {
  const auto labels = clock.item_sets.labels(group.items);
  return *std::ranges::min_element(labels, {},
                                   [&](std::uint32_t l) { return std::pair(groups.seen[l], l); });
}

bool teaches(const Interval& interval) {
  return interval.state == IntervalState::judged && interval.wraps == 0 && !interval.repaired &&
         !interval.restarted;
}

IntervalGroups group_intervals(const PidClock& clock) {
  IntervalGroups result;
  const std::size_t count = clock.intervals.size();
  result.of_interval.assign(count, kNoGroup);
  GroupTable table;
  for (std::size_t i = 0; i < count; ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    const std::uint32_t id = table.id_of(key_of(clock, i));
    if (id == result.groups.size()) {
      IntervalGroup& group = result.groups.emplace_back();
      group.items = table.keys()[id].items;
      group.next_jobs = table.keys()[id].next_jobs;
      group.half_minutes = table.keys()[id].half_minutes;
    }
    result.of_interval[i] = id;
    ++result.groups[id].end;
  }
  std::uint32_t total = 0;
  for (IntervalGroup& group : result.groups) {
    const std::uint32_t size = group.end;
    group.begin = group.end = total;
    total += size;
  }
  result.order.resize(total);
  // in log order, because the log is long and the groups are few: each fills from its start
  std::vector<std::int32_t> advances(total);
  std::vector<std::uint32_t> taught(result.groups.size(), 0);
  std::vector<Hours> hours(result.groups.size());
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t id = result.of_interval[i];
    if (id == kNoGroup) continue;
    IntervalGroup& group = result.groups[id];
    result.order[group.end++] = static_cast<std::uint32_t>(i);
    if (!teaches(clock.intervals[i])) continue;
    advances[group.begin + taught[id]++] = clock.intervals[i].advance;
    hours[id].add(clock.ticks[i].time);
    seconds += clock.intervals[i].seconds;
  }

  count_labels(clock, result);
  // a shorter log has no more hours than it lasts
  const std::size_t least_hours = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::max<std::int64_t>(0, seconds) / 3600), 1, kLeastHours);
  for (std::size_t id = 0; id < result.groups.size(); ++id) {
    IntervalGroup& group = result.groups[id];
    group.core = core_of(std::span(advances).subspan(group.begin, taught[id]));
    group.common = taught[id] >= kKnownRuns && hours[id].count() >= least_hours;
    for (const std::uint32_t label : clock.item_sets.labels(group.items))
      group.common = group.common && result.seen[label] >= kCommonRuns;
  }
  find_usual_bursts(clock, result);
  for (std::size_t id = 0; id < result.groups.size(); ++id)
    if (IntervalGroup& group = result.groups[id]; group.bursts > 0)
      group.core = core_of(std::span(advances).subspan(group.begin, taught[id]), group.bursts);
  return result;
}

}  // namespace pidometer
