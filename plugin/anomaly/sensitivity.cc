#include "plugin/anomaly/sensitivity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/pid_clock/even_sample.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

using Days = std::chrono::days;

// A summary has room for a hundred periods or so: days of three months, weeks of two years, months,
// years; of times that are made up, decades.
constexpr std::int64_t kMostPeriods = 100;

// Intervals of a period that are asked: enough for a median and nine tenths.
constexpr std::size_t kSample = 20;

Days period_length(const PidClock& clock) {
  const auto [first, last] = std::ranges::minmax_element(clock.ticks, {}, &Tick::time);
  const auto days = std::chrono::duration_cast<Days>(last->time - first->time).count();
  for (const std::int64_t length : {1, 7, 30, 365})
    if (days / length < kMostPeriods) return Days(length);
  return Days(3650);
}

std::chrono::minutes offset_of(const Tick& tick) {
  return std::chrono::minutes(tick.utc_offset_minutes);
}

/// The smallest excess of an interval that would have been an alarm.
class SmallestAlarm {
 public:
  SmallestAlarm(const WindowScan& scan, Explanations& explanations)
      : scan_(scan), explanations_(explanations) {}

  std::int64_t of(std::uint32_t interval) {
    const Window window = scan_.measure(interval, interval + 1);
    std::int64_t below = 0;
    std::int64_t alarm = 1;
    while (alarm < kNoAlarmPids && !raises(window, alarm)) {
      below = alarm;
      alarm *= 2;
    }
    while (alarm - below > 1) {
      const std::int64_t middle = below + (alarm - below) / 2;
      (raises(window, middle) ? alarm : below) = middle;
    }
    return alarm;
  }

 private:
  // What a job's habit or spill, or daily bursts, explain is no alarm there, nor what the log is
  // too short to judge.
  bool raises(Window window, std::int64_t excess) {
    window.excess = static_cast<double>(excess);
    window.score = scan_.score(window);
    return level_of(explanations_.explained(window), scan_.looks(), scan_.days()) >=
               Level::medium &&
           explanations_.bound(window) == LevelBound::none;
  }

  const WindowScan& scan_;
  Explanations& explanations_;
};

}  // namespace

std::vector<PeriodCoverage> cover_periods(const PidClock& clock, const WindowScan& scan,
                                          Explanations& explanations) {
  std::vector<PeriodCoverage> periods;
  if (clock.ticks.empty() || !clock.order.is_clock()) return periods;
  const Days length = period_length(clock);
  const auto number = [&](std::uint32_t tick) {
    const Days day{local_day_of(clock.ticks[tick])};
    return day.count() >= 0 ? day / length : (day - length + Days(1)) / length;
  };
  std::vector<std::pair<std::int64_t, std::uint32_t>> ticks;
  ticks.reserve(clock.ticks.size());
  for (std::uint32_t i = 0; i < clock.ticks.size(); ++i) ticks.emplace_back(number(i), i);
  if (!std::ranges::is_sorted(ticks))  // a clock that was never set back: most logs
    std::ranges::sort(ticks);
  SmallestAlarm smallest(scan, explanations);
  for (std::size_t begin = 0; begin < ticks.size();) {
    std::size_t end = begin;
    PeriodCoverage period;
    std::vector<std::uint32_t> judged;
    for (; end < ticks.size() && ticks[end].first == ticks[begin].first; ++end) {
      const std::uint32_t i = ticks[end].second;
      if (clock.intervals[i].state != IntervalState::judged) continue;
      judged.push_back(i);
      period.judged_seconds += static_cast<std::uint64_t>(std::max(0, clock.intervals[i].seconds));
    }
    const Timestamp start{ticks[begin].first * length};
    period.range = {start - offset_of(clock.ticks[ticks[begin].second]),
                    start + length - offset_of(clock.ticks[ticks[end - 1].second])};
    period.intervals = judged.size();
    std::vector<std::int64_t> alarms;
    const EvenSample some(judged.size(), kSample);
    for (std::size_t k = 0; k < some.size(); ++k) alarms.push_back(smallest.of(judged[some[k]]));
    if (!alarms.empty()) {
      std::ranges::sort(alarms);
      period.smallest_alarm = alarms[alarms.size() / 2];
      period.smallest_alarm_high = alarms[alarms.size() * 9 / 10];
    }
    periods.push_back(period);
    begin = end;
  }
  return periods;
}

}  // namespace pidometer
