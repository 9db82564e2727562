#include "plugin/baseline/odd_runs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>

#include "plugin/baseline/day_minutes.h"
#include "plugin/baseline/robust.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// A log of a week shows at which minutes of the day a job runs. A minute is the job's where it runs
// there on two other days: one that does on one other day only may be an intruder who came twice.
constexpr std::size_t kLeastDays = 7;
constexpr std::uint32_t kMinuteDays = 3;

// A job keeps to its minutes where so many runs do for each that does not.
constexpr std::size_t kOthers = 3;

// The days that have the job at a minute of the day, or at the one before: a line may be written
// late. No more than are asked for.
struct Place {
  std::uint64_t key = 0;  ///< label and minute
  std::array<std::int64_t, kMinuteDays> days{};
  std::uint32_t count = 0;

  // a clock that was set back has a day twice
  void add(std::int64_t day) {
    if (count == kMinuteDays ||
        std::find(days.begin(), days.begin() + count, day) != days.begin() + count)
      return;
    days[count++] = day;
  }
};

std::uint64_t key_of(std::uint32_t label, std::uint64_t minute) {
  return label * kDayMinutes + minute;
}

std::size_t days_of(const PidClock& clock) {
  std::vector<std::int64_t> days;
  for (const Tick& tick : clock.ticks)
    if (const std::int64_t day = local_day_of(tick); days.empty() || days.back() != day)
      days.push_back(day);
  std::ranges::sort(days);
  return static_cast<std::size_t>(std::unique(days.begin(), days.end()) - days.begin());
}

// Runs that no other intervals are like.
std::vector<OddRuns::Run> alone(const PidClock& clock, const IntervalGroups& groups) {
  std::vector<OddRuns::Run> runs;
  for (const IntervalGroup& group : groups.groups) {
    if (group.common) continue;
    const auto labels = clock.item_sets.labels(group.items);
    for (std::uint32_t k = group.begin; k < group.end; ++k)
      for (std::size_t l = 0; l < labels.size(); ++l)
        if (l == 0 || labels[l] != labels[l - 1]) runs.push_back({groups.order[k], labels[l]});
  }
  return runs;
}

void count_days(const PidClock& clock, std::vector<Place>& places) {
  DayMinutes looked_at;
  for (const Place& place : places) looked_at.set(place.key % kDayMinutes);
  for (const Tick& tick : clock.ticks)
    for (const std::uint64_t minute :
         {std::uint64_t{tick.minute}, (tick.minute + 1) % kDayMinutes}) {
      if (!looked_at[minute]) continue;
      const std::int64_t day = local_day_of(tick);
      for (const std::uint32_t label : clock.item_sets.labels(tick.items)) {
        const auto place = std::ranges::lower_bound(places, key_of(label, minute), {}, &Place::key);
        if (place != places.end() && place->key == key_of(label, minute)) place->add(day);
      }
    }
}

}  // namespace

OddRuns::OddRuns(const PidClock& clock, const IntervalGroups& groups) {
  if (days_of(clock) < kLeastDays) return;
  runs_ = alone(clock, groups);
  std::vector<Place> places;
  places.reserve(runs_.size());
  for (const Run& run : runs_)
    places.push_back({.key = key_of(run.label, clock.ticks[run.tick].minute)});
  std::ranges::sort(places, {}, &Place::key);
  places.erase(std::unique(places.begin(), places.end(),
                           [](const Place& a, const Place& b) { return a.key == b.key; }),
               places.end());
  count_days(clock, places);
  std::erase_if(runs_, [&](const Run& run) {
    return std::ranges::lower_bound(places, key_of(run.label, clock.ticks[run.tick].minute), {},
                                    &Place::key)
               ->count >= kMinuteDays;
  });
  // A job of which more runs are odd than are taken for what we look for keeps to no minutes.
  std::vector<std::size_t> odd(groups.seen.size(), 0);
  for (const Run& run : runs_) ++odd[run.label];
  std::erase_if(runs_, [&](const Run& run) {
    const std::size_t seen = groups.seen[run.label];
    const auto most = std::max<std::size_t>(
        kMostOutside, static_cast<std::size_t>(kOutsideShare * static_cast<double>(seen)));
    return odd[run.label] > most || seen < (1 + kOthers) * odd[run.label];
  });
  std::ranges::sort(runs_, {}, [](const Run& r) { return std::tuple(r.tick, r.label); });
}

bool OddRuns::odd(std::uint32_t tick, std::uint32_t label) const {
  const auto at = std::ranges::lower_bound(
      runs_, std::tuple(tick, label), {}, [](const Run& r) { return std::tuple(r.tick, r.label); });
  return at != runs_.end() && *at == Run{tick, label};
}

bool OddRuns::any(std::uint32_t tick) const {
  const auto at = std::ranges::lower_bound(runs_, tick, {}, &Run::tick);
  return at != runs_.end() && at->tick == tick;
}

}  // namespace pidometer
