#include "plugin/anomaly/level_bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"
#include "tests/unit/anomaly/alarms.h"

// What a short log says, and what it cannot.
namespace pidometer {
namespace {

using testing::alarms;
using testing::HostPlan;

constexpr std::uint32_t kDay = 24 * 60;
constexpr std::uint32_t kDaily = 4 * 60 + 2;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// A quiet host with a job at 04:02 whose work ends behind the next line.
HostPlan quiet_host(std::uint32_t minutes) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = minutes;
  plan.jobs = {{1, 10, 0, 1}, {2, 60, 1, 6}, {3, 30, 5, 3}, {4, kDay, kDaily, 0}};
  plan.background = 0.1;
  for (std::uint32_t at = kDaily; at < minutes; at += kDay) {
    plan.activities.push_back({at, 200, 3});
    plan.activities.push_back({at + 4, 70 + at % 40, 1});
  }
  return plan;
}

TEST(RunningJob, of_few_runs_goes_on_behind_its_interval) {
  for (const std::uint32_t minutes : {6 * 60U, kDay, 2 * kDay, 3 * kDay, 6 * kDay}) {
    SCOPED_TRACE(minutes);
    EXPECT_TRUE(alarms(quiet_host(minutes)).empty());
  }
}

TEST(RunningJob, explains_neither_other_hours_nor_what_is_faster_than_it_was) {
  HostPlan elsewhere = quiet_host(3 * kDay);
  elsewhere.activities.push_back({kDaily + 90, 70, 1});
  EXPECT_EQ(alarms(elsewhere).size(), 1U);
  HostPlan faster = quiet_host(kDay);
  faster.activities.push_back({kDaily + 5, 6000, 1});
  EXPECT_EQ(alarms(faster).size(), 1U);
}

/// The same, but the job sleeps for a quarter of an hour and works then.
HostPlan sleeping_host(std::uint32_t minutes) {
  HostPlan plan = quiet_host(minutes);
  plan.activities.clear();
  for (std::uint32_t at = kDaily; at < minutes; at += kDay) {
    plan.activities.push_back({at + 17, 60, 2});
    plan.activities.push_back({at + 19, 50, 1});
  }
  return plan;
}

/// Rows that such a job bounds.
std::size_t running(const HostPlan& plan) {
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  return static_cast<std::size_t>(std::ranges::count_if(
      found, [](const Anomaly& a) { return a.level_bound == LevelBound::running_job; }));
}

TEST(RunningJob, of_one_or_two_runs_may_have_slept_first) {
  for (const std::uint32_t minutes : {6 * 60U, kDay, 2 * kDay}) {
    SCOPED_TRACE(minutes);
    EXPECT_TRUE(alarms(sleeping_host(minutes)).empty());
    EXPECT_GE(running(sleeping_host(minutes)), 1U);
  }
}

TEST(RunningJob, that_slept_works_once_and_within_the_hour) {
  HostPlan later = sleeping_host(kDay);
  later.activities = {{kDaily + 80, 110, 1}};
  EXPECT_EQ(running(later), 0U);
  EXPECT_EQ(alarms(later).size(), 1U);
  // of two bursts in the hour the second one is not its
  HostPlan twice = sleeping_host(kDay);
  twice.activities.push_back({kDaily + 50, 600, 1});
  EXPECT_EQ(alarms(twice).size(), 1U);
  // a run with nothing behind it shows that it does not sleep
  HostPlan once = sleeping_host(2 * kDay);
  once.activities = {{kDaily + 17, 400, 1}};
  EXPECT_EQ(alarms(once).size(), 1U);
}

// A job that ran once took 200 PIDs and 70 to 110 more: in a log of one day nothing says whether
// other work of as much comes once a day, too.
TEST(FewDays, of_one_day_may_have_other_work_of_a_daily_jobs_size) {
  for (const std::uint32_t pids : {30U, 70U, 200U, 900U}) {
    HostPlan plan = quiet_host(kDay);
    plan.activities.push_back({15 * 60 + 3, pids, 1});
    EXPECT_EQ(alarms(plan).size(), pids > 310 ? 1U : 0U) << pids;
    HostPlan longer = quiet_host(3 * kDay);
    longer.activities.push_back({15 * 60 + 3, pids, 1});
    EXPECT_EQ(alarms(longer).size(), 1U) << pids;
    HostPlan without = quiet_host(kDay);
    without.jobs.pop_back();
    without.activities = {{15 * 60 + 3, pids, 1}};
    EXPECT_EQ(alarms(without).size(), 1U) << pids;
  }
}

TEST(ShortLog, of_a_few_records_raises_no_alarm) {
  HostPlan plan;
  plan.start = kStart;
  plan.jobs = {{1, 60, 1, 6}};
  plan.background = 1;
  plan.activities.push_back({5 * 60 + 2, 300, 59});
  plan.minutes = 6 * 60 + 2;
  EXPECT_TRUE(alarms(plan).empty());
  plan.minutes = 24 * 60 + 2;
  EXPECT_EQ(alarms(plan).size(), 1U);
}

TEST(UnknownHours, a_switch_of_the_first_days_is_no_alarm) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 2 * kDay;
  plan.jobs = {{1, 5, 0, 4}, {2, 60, 17, 18}};
  plan.background = 30;
  for (std::uint32_t m = 8 * 60; m < 18 * 60; ++m) plan.unlogged.push_back({0, kDay, m, 0, 30});
  plan.night = 1;
  EXPECT_TRUE(alarms(plan).empty());
  plan.activities.push_back({13 * 60 + 2, 600, 5});
  EXPECT_EQ(alarms(plan).size(), 1U);
}

/// Hardly anything by night, bursts of four a few times a minute by day.
HostPlan busy_by_day(std::uint32_t days, std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = days * kDay;
  plan.seed = seed;
  plan.jobs = {{1, 5, 0, 0}, {2, 20, 3, 2, 2, 2}, {3, 60, 1, 2, 4, 1}};
  plan.background = 0.1;
  for (std::uint32_t m = 8 * 60; m < 18 * 60; ++m) plan.unlogged.push_back({0, kDay, m, 0, 8, 4});
  return plan;
}

/// Alarms that begin within so many minutes of the log.
std::size_t alarms_in(const HostPlan& plan, std::uint32_t from, std::uint32_t to) {
  const std::vector<Anomaly> found = alarms(plan);
  return static_cast<std::size_t>(std::ranges::count_if(found, [&](const Anomaly& a) {
    return a.window_start >= kStart + std::chrono::minutes(from) &&
           a.window_start < kStart + std::chrono::minutes(to);
  }));
}

// What is guessed of a job's cost is no less uncertain by night than by day.
TEST(ShortLog, of_a_host_that_is_busy_by_day_knows_a_nightly_job_no_better_than_others) {
  constexpr std::uint32_t kNightly = 2 * 60 + 28;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    HostPlan plan = busy_by_day(1, seed);
    plan.jobs.push_back({4, kDay, kNightly, 150});
    EXPECT_EQ(alarms_in(plan, kNightly - 60, kNightly + 60), 0U) << seed;
  }
}

TEST(QuietHour, of_the_first_days_may_be_about_to_end) {
  constexpr std::uint32_t kNight = kDay + 3 * 60 + 20;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    HostPlan plan = busy_by_day(2, seed);
    plan.activities.push_back({kNight, 30, 2});
    EXPECT_EQ(alarms_in(plan, kNight - 60, kNight + 60), 0U) << seed;
    plan.activities.back().pids = 600;
    EXPECT_EQ(alarms_in(plan, kNight - 60, kNight + 60), 1U) << seed;
    // seven days show that nights are quiet
    plan.minutes = 7 * kDay;
    plan.activities.back().pids = 30;
    EXPECT_GE(alarms_in(plan, kNight - 60, kNight + 60), 1U) << seed;
  }
}

}  // namespace
}  // namespace pidometer
