#include "plugin/anomaly/sensitivity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/even_days.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr std::int64_t kDays = 3;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// Two jobs at each full hour but one second: one writes its line at once, the one that was forked
/// first does so in the minute after. The last tick of a day has its time in the next day.
PidClock late_in_each_hour() {
  std::vector<Reading> readings;
  for (std::int64_t hour = 1; hour <= 24 * kDays; ++hour)
    for (const std::uint32_t job : {1U, 0U}) {
      Reading r;
      r.time = kStart + std::chrono::hours(hour) + std::chrono::seconds(job == 1 ? -1 : 1);
      r.label = job;
      r.pid = static_cast<Pid>(1000 + 20 * hour + job);
      r.record = static_cast<std::uint32_t>(readings.size());
      readings.push_back(r);
    }
  return build_pid_clock(std::move(readings), {});
}

// A tick belongs to the date on which cron began it, as it does to the minute.
TEST(CoverPeriods, a_tick_that_straddles_midnight_is_of_the_day_before) {
  const PidClock clock = late_in_each_hour();
  ASSERT_EQ(clock.ticks.size(), 24U * kDays);
  ASSERT_EQ(clock.ticks[23].minute, 24 * 60 - 1);
  ASSERT_EQ(clock.ticks[23].time, kStart + std::chrono::days(1) + std::chrono::seconds(1));
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  const std::vector<PeriodCoverage> periods = cover_periods(clock, scan, explanations);
  ASSERT_EQ(periods.size(), static_cast<std::size_t>(kDays));
  for (std::int64_t day = 0; day < kDays; ++day) {
    const PeriodCoverage& period = periods[static_cast<std::size_t>(day)];
    EXPECT_EQ(period.range.begin, kStart + std::chrono::days(day));
    EXPECT_EQ(period.intervals, day + 1 < kDays ? 24U : 23U) << day;  // the last tick begins none
  }
}

TEST(EvenDays, a_tick_that_straddles_midnight_is_of_the_day_before) {
  const PidClock clock = late_in_each_hour();
  const EvenDays days(clock);
  EXPECT_EQ(days.date_of(23), days.date_of(22));
  EXPECT_EQ(days.date_of(24), days.date_of(22) + 1);
}

}  // namespace
}  // namespace pidometer
