#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/baseline/even_days.h"
#include "tests/support/host_simulator.h"

// Work at a random time of most days is the host's own; what came on some days is not.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::SimulatedActivity;

constexpr std::uint32_t kDay = 24 * 60;
constexpr std::uint32_t kDays = 28;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::May / 2 / 2021};

HostPlan host(std::uint64_t seed, double timers_a_day) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = kDays * kDay;
  plan.seed = seed;
  plan.jobs = {{1, 10, 5, 2}, {2, 60, 17, 3}, {3, 15, 0, 1, 2}};
  plan.background = 0.3;
  plan.burst = 2;
  if (timers_a_day > 0) plan.timers = {{timers_a_day, 20, 60}};
  return plan;
}

std::vector<Anomaly> find(const HostPlan& plan) {
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  return detect_anomalies(clock, learn_baseline(clock));
}

std::size_t alarms(const std::vector<Anomaly>& found) {
  return static_cast<std::size_t>(
      std::ranges::count_if(found, [](const Anomaly& a) { return a.level >= Level::medium; }));
}

bool alarm_at(const std::vector<Anomaly>& found, std::uint32_t minute) {
  const Timestamp time = kStart + std::chrono::minutes(minute);
  return std::ranges::any_of(found, [&](const Anomaly& a) {
    return a.level >= Level::medium && a.window_start <= time && a.window_end >= time;
  });
}

TEST(DailyBursts, timers_at_random_times_raise_at_most_one_alarm_in_a_month) {
  std::size_t all = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) all += alarms(find(host(seed, 3)));
  EXPECT_LE(all, 8U);
}

TEST(DailyBursts, a_build_on_such_a_host_is_an_alarm) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    HostPlan plan = host(seed, 3);
    const std::uint32_t at = 15 * kDay + 611 * static_cast<std::uint32_t>(seed);
    plan.activities = {{at, 1200, 3}};
    EXPECT_TRUE(alarm_at(find(plan), at + 1));
  }
}

// As many bursts of the same sizes, but on half of the days: an intruder who came often.
TEST(DailyBursts, what_came_on_half_of_the_days_is_not_learnt) {
  HostPlan plan = host(4, 0);
  plan.background = 0.05;
  for (std::uint32_t day = kDays / 2; day < kDays; ++day)
    for (std::uint32_t k = 0; k < 3; ++k)
      plan.activities.push_back({day * kDay + 217 + 391 * k + 13 * day % 200, 25 + 9 * k, 1});
  const std::vector<Anomaly> found = find(plan);
  for (const SimulatedActivity& a : plan.activities) EXPECT_TRUE(alarm_at(found, a.start));
}

HostPlan short_host(std::uint64_t seed, double timers_a_day, std::uint32_t days) {
  HostPlan plan = host(seed, timers_a_day);
  plan.minutes = days * kDay;
  return plan;
}

// Before ten days show that they come on most: no cliff. These are five months of log.
TEST(FewDays, timers_at_random_times_raise_at_most_one_alarm_in_a_month) {
  std::size_t all = 0;
  for (const std::uint32_t days : {2U, 3U, 5U, 7U, 9U}) {
    std::size_t bounded = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
      for (const Anomaly& a : find(short_host(seed, 3, days))) {
        all += a.level >= Level::medium ? 1U : 0U;
        bounded += a.level_bound == LevelBound::few_days ? 1U : 0U;
      }
    EXPECT_GE(bounded, 6U) << days;
  }
  EXPECT_LE(all, 5U);
}

TEST(FewDays, a_burst_of_which_no_other_day_has_the_like_is_an_alarm) {
  for (const std::uint32_t days : {1U, 2U, 5U, 7U, 9U})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(seed);
      HostPlan plan = short_host(seed, 0, days);
      const std::uint32_t at = days * kDay / 2 + 97 * static_cast<std::uint32_t>(seed);
      plan.activities = {{at, 120, 1}};
      for (const Anomaly& a : find(plan)) EXPECT_NE(a.level_bound, LevelBound::few_days) << days;
      EXPECT_TRUE(alarm_at(find(plan), at + 1)) << days;
    }
}

TEST(FewDays, a_build_beside_bursts_of_most_days_is_an_alarm) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    HostPlan plan = short_host(seed, 3, 7);
    const std::uint32_t at = 4 * kDay + 211 * static_cast<std::uint32_t>(seed);
    plan.activities = {{at, 1200, 3}};
    EXPECT_TRUE(alarm_at(find(plan), at + 1));
  }
}

// Two days of two may be all days; two of three or more are not most.
TEST(FewDays, the_longer_the_log_the_more_of_its_days_must_have_the_like) {
  for (const std::uint32_t days : {2U, 4U, 9U}) {
    HostPlan plan = short_host(2, 0, days);
    plan.activities = {{817, 45, 1}, {kDay + 608, 38, 1}};
    const std::vector<Anomaly> found = find(plan);
    for (const SimulatedActivity& a : plan.activities)
      EXPECT_EQ(alarm_at(found, a.start + 1), days > 2) << days;
  }
}

/// A record a minute, and bursts in few of the minutes.
HostPlan minute_host(std::uint64_t seed, std::uint32_t days, double background, double burst) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = days * kDay;
  plan.seed = seed;
  plan.jobs = {{1, 1, 0, 1}, {2, 10, 0, 0}, {3, 60, 17, 5}};
  plan.background = background;
  plan.burst = burst;
  return plan;
}

// Small bursts, from two an hour to one in three hours, of small sizes: two months of log.
TEST(DailyBursts, of_one_to_six_pids_raise_no_alarm_that_they_do_not_state) {
  for (const auto& [background, burst] : {std::pair{0.1, 1.2}, {0.05, 1.5}, {0.02, 1.2}}) {
    std::size_t all = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      all += alarms(find(minute_host(seed, 28, background, burst)));
    EXPECT_LE(all, 1U) << background << " a minute, " << burst;
  }
}

TEST(DailyBursts, of_small_sizes_leave_a_log_in_an_alarm) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (const double background : {0.1, 0.02}) {
      HostPlan plan = minute_host(seed, 28, background, 1.2);
      const std::uint32_t at = 11 * kDay + 613 * static_cast<std::uint32_t>(seed);
      plan.activities = {{at, 20, 1}};
      EXPECT_TRUE(alarm_at(find(plan), at)) << seed;
    }
}

// Twelve bursts a day of six PIDs on average, and now and then one of thirty.
TEST(FewDays, bursts_of_which_none_is_alike_but_others_are_many_raise_no_alarm) {
  std::size_t all = 0;
  std::size_t bounded = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (const Anomaly& a : find(minute_host(seed, 7, 0.05, 6))) {
      all += a.level >= Level::medium ? 1U : 0U;
      bounded += a.level_bound == LevelBound::few_days ? 1U : 0U;
    }
  EXPECT_EQ(all, 0U);
  EXPECT_GE(bounded, 60U);
}

TEST(FewDays, a_build_beside_many_small_bursts_is_an_alarm) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    HostPlan plan = minute_host(seed, 7, 0.05, 6);
    const std::uint32_t at = 3 * kDay + 211 * static_cast<std::uint32_t>(seed);
    plan.activities = {{at, 400, 1}};
    EXPECT_TRUE(alarm_at(find(plan), at)) << seed;
  }
}

TEST(EvenDays, tell_the_size_that_most_days_of_each_third_reach) {
  const PidClock clock = build_pid_clock(simulate_host(host(1, 0)), {});
  const EvenDays days(clock);
  ASSERT_EQ(days.count(), kDays);
  std::vector<double> sizes(kDays, 0);
  for (std::size_t day = 0; day < kDays; ++day) sizes[day] = day % 5 == 2 ? 0 : 5;
  EXPECT_EQ(days.reached(sizes), 5);
  for (std::size_t day = 0; day < 3; ++day) sizes[day] = 2;
  EXPECT_EQ(days.reached(sizes), 2) << "in the first third";
  for (std::size_t day = 0; day < 3; ++day) sizes[day] = 900;
  EXPECT_EQ(days.reached(sizes), 5);
  EXPECT_EQ(days.place_of(0), 0U);
}

TEST(EvenDays, of_few_days_more_are_asked_for_the_more_there_are) {
  for (const auto& [all, least] : {std::pair{1, 1U}, {2, 2U}, {4, 3U}, {5, 4U}, {7, 6U}, {9, 7U}}) {
    const PidClock clock =
        build_pid_clock(simulate_host(short_host(1, 0, static_cast<std::uint32_t>(all))), {});
    const EvenDays days(clock);
    EXPECT_TRUE(days.are_few());
    std::vector<std::int64_t> dates;
    while (!days.may_cover(dates)) dates.push_back(static_cast<std::int64_t>(dates.size()));
    EXPECT_EQ(dates.size(), least) << all;
    dates.assign(least + 1, 5);
    EXPECT_EQ(days.may_cover(dates), least == 1) << "one date often";
  }
}

TEST(EvenDays, asks_for_most_days_of_each_third) {
  const PidClock clock = build_pid_clock(simulate_host(host(1, 0)), {});
  const EvenDays days(clock);
  ASSERT_EQ(days.count(), kDays);
  const auto covered = [&](auto takes) {
    std::vector<std::int64_t> seen;
    for (std::int64_t day = kDays; day-- > 0;)
      if (takes(day)) seen.push_back(day);
    return days.cover(seen);
  };
  EXPECT_TRUE(covered([](std::int64_t) { return true; }));
  EXPECT_TRUE(covered([](std::int64_t day) { return day % 5 != 2; }));
  EXPECT_FALSE(covered([](std::int64_t day) { return day % 2 == 0; }));
  EXPECT_FALSE(covered([](std::int64_t day) { return day > 5; })) << "not in the first third";
}

/// A log of which these readings show a clock that is ahead.
PidClock with_a_clock_ahead(std::chrono::hours ahead, std::size_t from, std::size_t to) {
  std::vector<Reading> readings = simulate_host(host(1, 0));
  for (std::size_t i = from; i < to; ++i) readings[i].time += ahead;
  return build_pid_clock(std::move(readings), {});
}

// A hardware clock that NTP sets when the host is up, or a line that somebody dated ahead.
TEST(EvenDays, a_clock_that_was_ahead_takes_no_days) {
  for (const std::size_t from : {0U, 3000U}) {
    const PidClock clock = with_a_clock_ahead(std::chrono::days(365), from, from + 12);
    const EvenDays days(clock);
    EXPECT_GE(days.count(), kDays) << from;
    EXPECT_LE(days.count(), kDays + 1) << from;
    std::vector<std::int64_t> seen;
    for (std::uint32_t i = 0; i + 1 < clock.ticks.size(); ++i) seen.push_back(days.day_of(i));
    EXPECT_TRUE(days.cover(seen)) << from;
  }
}

TEST(EvenDays, of_times_before_the_first_line_are_days_of_24_hours) {
  const PidClock clock = with_a_clock_ahead(std::chrono::hours(12), 0, 2);
  const EvenDays days(clock);
  std::size_t of_the_day_before = 0;
  for (std::uint32_t i = 1; i + 1 < clock.ticks.size(); ++i)
    of_the_day_before += days.day_of(i) == -1 ? 1U : 0U;
  EXPECT_GT(of_the_day_before, 50U);
  EXPECT_EQ(days.count(), kDays + 1);
}

TEST(EvenDays, few_days_say_nothing) {
  HostPlan plan = host(1, 0);
  plan.minutes = 8 * kDay;
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  std::vector<std::int64_t> seen = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_FALSE(EvenDays(clock).cover(seen));
}

}  // namespace
}  // namespace pidometer
