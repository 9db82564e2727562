#include "plugin/baseline/interval_groups.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"
#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

// A log server's host has thousands of kinds of interval: the table that finds them grows.
TEST(IntervalGroups, FindsEachOfManyKindsAgain) {
  constexpr std::uint32_t kKinds = 1000;
  constexpr std::uint32_t kRuns = 3;
  std::vector<Reading> readings;
  for (std::uint32_t i = 0; i <= kKinds * kRuns; ++i) {
    Reading r;
    r.time = Timestamp(std::chrono::sys_days{std::chrono::March / 1 / 2021}) +
             std::chrono::minutes(10 * i);
    r.label = i % kKinds;
    r.record = i;
    r.pid = static_cast<Pid>(1000 + 7 * i);
    readings.push_back(r);
  }
  const PidClock clock = build_pid_clock(readings, {});
  const IntervalGroups groups = group_intervals(clock);
  EXPECT_EQ(groups.groups.size(), kKinds);
  std::set<std::uint32_t> met;
  for (std::uint32_t kind = 0; kind < kKinds; ++kind) {
    const std::uint32_t group = groups.of_interval[kind];
    EXPECT_TRUE(met.insert(group).second);
    for (std::uint32_t run = 1; run < kRuns; ++run)
      EXPECT_EQ(groups.of_interval[kind + run * kKinds], group);
    EXPECT_EQ(groups.groups[group].end - groups.groups[group].begin, kRuns);
    EXPECT_EQ(groups.seen[kind], kRuns);
  }
}

/// Whether the intervals of this length that job 1 alone begins are common.
bool common(const PidClock& clock, int half_minutes) {
  const IntervalGroups groups = group_intervals(clock);
  for (const IntervalGroup& group : groups.groups)
    if (group.half_minutes == half_minutes && clock.item_sets.labels(group.items).size() == 1)
      return group.common;
  ADD_FAILURE() << "no such interval";
  return false;
}

// Ten lines of a known job within a minute are one stretch of work, whatever else the log has.
TEST(IntervalGroups, of_one_stretch_of_work_are_not_common) {
  testing::MadeLog log;
  for (int minute = 0; minute < 24 * 60; minute += 10) {
    log.tick(minute, {1}, 20);
    if (minute == 13 * 60)
      for (int second = 5; second < 55; second += 5) log.tick(minute + 1, {1}, 150, second);
  }
  const PidClock clock = log.clock();
  EXPECT_FALSE(common(clock, 0));
  EXPECT_TRUE(common(clock, 20));
}

// A log of less than three hours has no more of them to show.
TEST(IntervalGroups, of_a_short_log_may_be_common) {
  for (const int minutes : {30, 60, 72, 130, 170, 190, 400})
    for (const int first : {0, 29, 58}) {
      testing::MadeLog log;
      for (int minute = first; minute < first + minutes; ++minute)
        log.tick(minute, minute % 4 == 0 ? std::vector<std::uint32_t>{1, 2} : std::vector{1U}, 5);
      const PidClock clock = log.clock();
      EXPECT_TRUE(common(clock, 2)) << minutes << " from " << first;
    }
}

// Nor is a job less known that runs once a day.
TEST(IntervalGroups, of_one_hour_of_many_days_are_common) {
  testing::MadeLog log;
  for (int day = 0; day < 20; ++day) {
    log.tick(day * 24 * 60 + 180, {1}, 50);
    for (int hour = 4; hour < 24; ++hour) log.tick((day * 24 + hour) * 60, {2, 3}, 5);
  }
  EXPECT_TRUE(common(log.clock(), 120));
}

}  // namespace
}  // namespace pidometer
