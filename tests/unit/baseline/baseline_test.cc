#include "plugin/baseline/baseline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// A line more in a log.
void add(std::vector<Reading>& readings, int minute, Pid pid, std::uint32_t label) {
  Reading r;
  r.time = kStart + std::chrono::minutes(minute);
  r.label = label;
  r.record = static_cast<std::uint32_t>(readings.size());
  r.pid = pid;
  readings.push_back(r);
}

/// Two days of a job every ten minutes, seven to nine PIDs each; in the middle a line that was
/// forged, or written late by a minute: nothing tells which.
std::vector<Reading> with_a_strange_line() {
  std::vector<Reading> readings;
  Pid pid = 1000;
  for (int i = 0; i < 288; ++i) {
    add(readings, 10 * i, pid, 1);
    if (i == 150) add(readings, 10 * i + 1, pid - 3, 2);
    pid += 7 + static_cast<Pid>(i * 7919 % 3);
  }
  return readings;
}

// What the interval in which a line was taken out that may be late should cost is a guess: by the
// spread of the others alone a few PIDs more in it would be an alarm.
TEST(Baseline, AnIntervalWithALineTakenOutIsKnownLessWell) {
  const PidClock clock = build_pid_clock(with_a_strange_line(), {});
  ASSERT_EQ(clock.foreign.size(), 1U);
  const auto repaired = std::ranges::find(clock.intervals, true, &Interval::repaired);
  ASSERT_NE(repaired, clock.intervals.end());
  ASSERT_EQ(repaired->state, IntervalState::judged);
  const auto at = static_cast<std::size_t>(repaired - clock.intervals.begin());
  EXPECT_EQ(at, 150U);

  const Baseline baseline = learn_baseline(clock);
  EXPECT_EQ(foreign_variance(baseline, *repaired), 50.0 * 50);
  EXPECT_EQ(foreign_degrees(baseline, *repaired), 0U);
  EXPECT_GE(baseline.expected[at].variance, 50.0F * 50);
  EXPECT_EQ(foreign_variance(baseline, clock.intervals[at - 1]), 0);
  EXPECT_EQ(foreign_degrees(baseline, clock.intervals[at - 1]), 0U);
  EXPECT_LT(baseline.expected[at - 1].variance, 10.0F);
}

// Two runs of a known job at which another line followed after five minutes: the fit says what is
// expected, and what the other of the two cost is told all the same. It never was nothing.
TEST(Baseline, TheRangeOfARareIntervalWithAKnownJobIsThatOfItsOtherRuns) {
  std::vector<Reading> readings;
  Pid pid = 1000;
  std::vector<std::size_t> split;
  std::size_t tick = 0;
  for (int i = 0; i < 288; ++i, ++tick) {
    const bool hourly = i % 6 == 0;
    add(readings, 10 * i, pid, 1);
    if (hourly) add(readings, 10 * i, pid + 1, 2);
    pid += hourly ? 9 : 4;
    if (i != 60 && i != 180) continue;
    split.push_back(tick++);
    add(readings, 10 * i + 5, pid, 3);
    pid += 2;
  }
  const PidClock clock = build_pid_clock(readings, {});
  const Baseline baseline = learn_baseline(clock);
  for (const std::size_t at : split) {
    ASSERT_EQ(clock.intervals[at].seconds, 300);
    const Comparable& c = baseline.comparables[baseline.expected[at].comparable];
    ASSERT_TRUE(c.rare);
    EXPECT_EQ(c.samples, 1U);
    EXPECT_GE(c.low, 5);
    EXPECT_LE(c.high, 13);
    EXPECT_FALSE(c.agree);
  }
}

// Wraps that were measured say nothing of a line that was taken out.
TEST(Baseline, ARepairedWrapHasNoDegreesOfOtherWraps) {
  Baseline baseline;
  baseline.wrap_degrees = 7;
  baseline.wrap_variance = 100;
  Interval interval;
  interval.wraps = 1;
  EXPECT_EQ(foreign_degrees(baseline, interval), 7U);
  EXPECT_EQ(foreign_variance(baseline, interval), 100);
  interval.repaired = true;
  EXPECT_EQ(foreign_degrees(baseline, interval), 2U);
  EXPECT_GE(foreign_variance(baseline, interval), 50.0 * 50);
}

}  // namespace
}  // namespace pidometer
