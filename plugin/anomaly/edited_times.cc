#include "plugin/anomaly/edited_times.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

namespace pidometer {
namespace {

// Neighbours fit one another if as much time lies between them as between the ticks around them,
// twice, and a minute; or as between these ticks on other hours or days. A real step of the clock
// moves all that follows, and they do not.
constexpr int kTimesUsual = 2;
constexpr std::chrono::seconds kSlack{60};
constexpr std::chrono::seconds kLeastApart{60};

// On two other occasions is a habit; once may be the other line that somebody edited.
constexpr std::size_t kLeastSeen = 2;

/// What usually stands at or between which ticks: a job that is missing where the schedule has it,
/// and stands elsewhere, was edited, however far its neighbours are apart.
class UsualPlaces {
 public:
  explicit UsualPlaces(const PidClock& clock) : clock_(clock) {}

  bool fits(std::uint32_t before, std::uint32_t tick, std::uint32_t behind) {
    learn();
    return std::ranges::all_of(labels(tick), [&](std::uint32_t label) {
      const auto [first, last] =
          std::equal_range(places_.begin(), places_.end(), place(label, before, behind));
      return static_cast<std::size_t>(last - first) >= kLeastSeen;
    });
  }

 private:
  std::span<const std::uint32_t> labels(std::uint32_t tick) const {
    return clock_.item_sets.labels(clock_.ticks[tick].items);
  }

  // A label, the minutes of the hour of two ticks, and how many minutes these are apart; in one
  // number, because a log has millions of them.
  std::uint64_t place(std::uint32_t label, std::uint32_t before, std::uint32_t behind) const {
    constexpr std::int64_t kMostMinutes = 0xffff;
    const Tick& a = clock_.ticks[before];
    const Tick& b = clock_.ticks[behind];
    const std::int64_t across =
        std::clamp<std::int64_t>((whole_seconds(a, b) + 30) / 60, 0, kMostMinutes);
    return std::uint64_t{label} << 32U | static_cast<std::uint64_t>(a.minute % 60) << 24U |
           static_cast<std::uint64_t>(b.minute % 60) << 16U | static_cast<std::uint64_t>(across);
  }

  void learn() {
    // once, also where there is nothing to learn: a log out of order throughout asks for each tick
    if (std::exchange(learnt_, true)) return;
    for (std::uint32_t i = 0; i + 2 < clock_.ticks.size(); ++i) {
      if (clock_.intervals[i].state != IntervalState::judged ||
          clock_.intervals[i + 1].state != IntervalState::judged)
        continue;
      // an edited job is a tick of its own, or its fellows stay at the tick before or behind
      for (const std::uint32_t label : labels(i + 1))
        for (const std::uint64_t usual :
             {place(label, i, i + 2), place(label, i + 1, i + 2), place(label, i, i + 1)})
          places_.push_back(usual);
    }
    std::ranges::sort(places_);
  }

  const PidClock& clock_;
  bool learnt_ = false;
  std::vector<std::uint64_t> places_;
};

// One line of a tick left it, and the lines around it are of one tick still. A clock that was set
// back onto the same minute runs its jobs again.
bool of_one_tick(const PidClock& clock, std::uint32_t before, std::uint32_t behind) {
  const std::vector<Tick>& ticks = clock.ticks;
  if (std::chrono::abs(ticks[behind].time - ticks[before].time) > kTickSpan ||
      ticks[before].minute != ticks[behind].minute ||
      ticks[behind].pid - ticks[before].pid > kTickPids)
    return false;
  const auto labels = clock.item_sets.labels(ticks[before].items);
  return std::ranges::none_of(
      clock.item_sets.labels(ticks[behind].items),
      [&](std::uint32_t label) { return std::ranges::binary_search(labels, label); });
}

bool fits(const PidClock& clock, UsualPlaces& places, std::uint32_t before, std::uint32_t tick,
          std::uint32_t behind) {
  const std::vector<Tick>& ticks = clock.ticks;
  const auto across = ticks[behind].time - ticks[before].time;
  const auto out = ticks[tick].time > ticks[behind].time ? ticks[tick].time - ticks[behind].time
                                                         : ticks[before].time - ticks[tick].time;
  if (ticks[tick].pid < ticks[before].pid || ticks[tick].pid > ticks[behind].pid || out <= kSlack)
    return false;
  if (of_one_tick(clock, before, behind)) return true;
  // the edited tick ran between them: a clock set back by a tick or two runs a minute again instead
  if (across < kLeastApart) return false;
  if (places.fits(before, tick, behind)) return true;
  // Where nothing tells which of the two readings is the edited line's, the clock may have been set
  // by a tick's distance: nobody is accused of that. The edit must be beyond it.
  auto usual = std::chrono::microseconds(0);
  if (before > 0) usual = std::max(usual, ticks[before].time - ticks[before - 1].time);
  if (behind + 1 < ticks.size())
    usual = std::max(usual, ticks[behind + 1].time - ticks[behind].time);
  return out > across + kSlack && across <= kTimesUsual * usual + kSlack;
}

/// Ticks in a row whose times were moved alike. By whole hours their jobs stand at their usual
/// minutes still, as where the clock was set and set back: nobody is accused of that.
class EditedRows {
 public:
  explicit EditedRows(const PidClock& clock) : clock_(clock) {}

  /// Of the clock step at `interval`: [first, last] of the row, in the future before it or in the
  /// past behind it.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> find(std::uint32_t interval) {
    if (tried_ == kMostTried) return std::nullopt;
    ++tried_;
    const std::vector<Tick>& ticks = clock_.ticks;
    std::uint32_t first = interval;
    while (first > 0 && interval - first < kLongest && joined(first - 1) &&
           ticks[first].time > ticks[interval + 1].time)
      --first;
    if (first < interval && ticks[first].time < ticks[interval + 1].time &&
        moved(first + 1, interval))
      return std::pair(first + 1, interval);
    std::uint32_t last = interval + 1;
    while (last + 1 < ticks.size() && last - interval <= kLongest && joined(last) &&
           ticks[last].time < ticks[interval].time)
      ++last;
    if (last > interval + 1 && ticks[last].time > ticks[interval].time &&
        moved(interval + 1, last - 1))
      return std::pair(interval + 1, last - 1);
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t kLongest = 64;   // as of foreign ticks in a row (foreign_runs.cc)
  static constexpr std::size_t kMostTried = 100;  // a log that has more steps was not edited so
  static constexpr int kHour = 60;

  // Times and PIDs go on from the tick to the next one.
  bool joined(std::uint32_t tick) const {
    const IntervalState state = clock_.intervals[tick].state;
    return state == IntervalState::judged || state == IntervalState::hole;
  }

  /// The jobs of ticks, each with its minute of the hour, sorted.
  using JobMinutes = std::vector<std::uint64_t>;

  JobMinutes job_minutes(std::uint32_t first, std::uint32_t end) const {
    JobMinutes found;
    for (std::uint32_t tick = first; tick < end; ++tick)
      for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[tick].items))
        found.push_back(std::uint64_t{label} << 8U | clock_.ticks[tick].minute % kHour);
    std::ranges::sort(found);
    return found;
  }

  static std::size_t count(const JobMinutes& all, std::uint32_t label, int minute) {
    const auto [low, high] = std::equal_range(
        all.begin(), all.end(), std::uint64_t{label} << 8U | static_cast<unsigned>(minute));
    return static_cast<std::size_t>(high - low);
  }

  // How many of the row's jobs are seen elsewhere at their minutes, moved by so many.
  std::size_t usual(std::uint32_t first, std::uint32_t last, std::int64_t by) const {
    std::size_t sum = 0;
    for (std::uint32_t tick = first; tick <= last; ++tick) {
      const auto minute =
          static_cast<int>(((clock_.ticks[tick].minute + by) % kHour + kHour) % kHour);
      for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[tick].items))
        if (count(minutes_, label, minute) >= count(own_minutes_, label, minute) + kLeastSeen)
          ++sum;
    }
    return sum;
  }

  // Whether the row fits between its neighbours when it is moved there, and does not where it is.
  bool moved(std::uint32_t first, std::uint32_t last) {
    const std::vector<Tick>& ticks = clock_.ticks;
    const Tick& before = ticks[first - 1];
    const Tick& behind = ticks[last + 1];
    if (behind.time - before.time < kLeastApart || ticks[first].pid < before.pid ||
        ticks[last].pid > behind.pid)
      return false;
    std::size_t jobs = 0;
    for (std::uint32_t tick = first; tick <= last; ++tick)
      jobs += clock_.item_sets.labels(ticks[tick].items).size();
    if (minutes_.empty())
      minutes_ = job_minutes(0, static_cast<std::uint32_t>(clock_.ticks.size()));
    own_minutes_ = job_minutes(first, last + 1);
    if (2 * usual(first, last, 0) > jobs) return false;
    const std::int64_t back = whole_seconds(ticks[first], before) / kHour;
    const std::int64_t room =
        (whole_seconds(before, behind) - whole_seconds(ticks[first], ticks[last])) / kHour;
    for (std::int64_t by = 0; by <= room && by < kHour; ++by)  // the minutes of an hour are all
      if (usual(first, last, back + by) == jobs) return true;
    return false;
  }

  const PidClock& clock_;
  JobMinutes minutes_;      ///< of the log
  JobMinutes own_minutes_;  ///< of the row that is looked at
  std::size_t tried_ = 0;
};

}  // namespace

std::vector<EditedTime> find_edited_times(const PidClock& clock) {
  std::vector<EditedTime> found;
  UsualPlaces places(clock);
  EditedRows rows(clock);
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::clock_step) continue;
    // tick i lies in the future, or tick i + 1 in the past
    if (i > 0 && fits(clock, places, i - 1, i, i + 1)) {
      found.push_back({i, i, i - 1, i + 1});
    } else if (i + 2 < clock.ticks.size() && fits(clock, places, i, i + 1, i + 2)) {
      found.push_back({i, i + 1, i, i + 2});
    } else if (const auto row = rows.find(i)) {
      for (std::uint32_t tick = row->first; tick <= row->second; ++tick)
        if (found.empty() || tick > found.back().tick)
          found.push_back({i, tick, row->first - 1, row->second + 1});
    }
  }
  return found;
}

}  // namespace pidometer
