#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"
#include "tests/unit/anomaly/alarms.h"

namespace pidometer {
namespace {

using testing::alarms;
using testing::HostPlan;
using testing::Random;

constexpr std::uint32_t kDay = 24 * 60;
constexpr std::uint32_t kDays = 21;
constexpr std::uint32_t kJobMinute = 185;  // 03:05, a line of its own
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::June / 6 / 2021};

/// A line every ten minutes, and a job at 03:05.
HostPlan host() {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = kDays * kDay;
  plan.jobs = {{1, 10, 0, 3}, {2, kDay, kJobMinute, 6}};
  plan.background = 0.1;
  return plan;
}

/// On most nights the job's work comes at some moment of the half hour after it.
HostPlan spilling_host() {
  HostPlan plan = host();
  Random random(5);
  for (std::uint32_t day = 0; day < kDays; ++day)
    if (day % 4 != 3)
      plan.activities.push_back(
          {day * kDay + kJobMinute + 1 + static_cast<std::uint32_t>(random.uniform() * 28), 60, 1});
  return plan;
}

TEST(JobSpill, what_follows_a_job_on_most_nights_is_no_alarm) {
  EXPECT_TRUE(alarms(spilling_host()).empty());
}

TEST(JobSpill, a_run_spends_its_pids_once) {
  const std::uint32_t at = 8 * kDay + kJobMinute + 51;  // the job's own work was over by 03:33
  const auto hit = [&](const Anomaly& a) {
    return a.window_start <= kStart + std::chrono::minutes(at) &&
           a.window_end >= kStart + std::chrono::minutes(at);
  };
  HostPlan plan = spilling_host();
  plan.activities.push_back({at, 60, 1});
  std::vector<Anomaly> found = alarms(plan);
  ASSERT_EQ(found.size(), 2U);  // either may be the job's
  EXPECT_TRUE(hit(found[1]));
  plan.activities.back().pids = 600;  // no run was ever followed by so much
  found = alarms(plan);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(hit(found[0]));
}

/// What spilling_host() logs, and right behind the job, in the nights when nothing follows it and
/// in one more, `runs` of other jobs at once.
std::vector<Anomaly> alarms_of_flood(std::uint32_t runs) {
  HostPlan plan = spilling_host();
  plan.pid_max = 4194304;
  std::vector<Reading> readings;
  Pid added = 0;
  std::uint32_t day = 0;
  for (Reading reading : testing::simulate_host(plan)) {
    for (; day < kDays; ++day) {
      const Timestamp at = kStart + std::chrono::minutes(day * kDay + kJobMinute);
      if (reading.time <= at) break;
      if (day % 4 != 3 && day != 8) continue;
      Reading run = readings.back();
      run.time = at + std::chrono::seconds(10);
      for (std::uint32_t label = 0; label < runs; ++label, ++added) {
        run.label = 100 + label;
        ++run.pid;
        readings.push_back(run);
      }
    }
    reading.pid += added;
    readings.push_back(reading);
  }
  for (std::uint32_t i = 0; i < readings.size(); ++i) readings[i].record = i;
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.level < Level::medium;
  });
  return found;
}

// No crontab has so many: a forged log may not make each window look at all of them, and what it
// hides that way is an alarm more.
TEST(JobSpill, behind_thousands_of_runs_no_job_is_looked_for) {
  EXPECT_TRUE(alarms_of_flood(100).empty());
  const std::vector<Anomaly> found = alarms_of_flood(9000);
  ASSERT_EQ(found.size(), 1U);
  const Timestamp at = kStart + std::chrono::minutes(8 * kDay + kJobMinute);
  EXPECT_GE(found[0].window_start, at);
  EXPECT_LE(found[0].window_start, at + std::chrono::minutes(30));
}

TEST(JobSpill, three_visits_in_the_hour_of_a_job_do_not_explain_one_another) {
  HostPlan plan = host();
  for (const std::uint32_t day : {4U, 9U, 15U})
    plan.activities.push_back({day * kDay + kJobMinute + 3 * day, 40, 1});
  // and others at other hours of the same days
  for (const std::uint32_t day : {4U, 9U, 15U})
    for (const std::uint32_t hour : {9U, 13U, 20U})
      plan.activities.push_back({day * kDay + hour * 60 + 3 * day, 40, 1});
  EXPECT_EQ(alarms(plan).size(), 12U);
}

/// Lines every five minutes, and a job at 03:05 whose work comes in ten pieces at any moments of
/// the half hour after it. One night's total is `extra` PIDs more.
HostPlan scattering_host(std::uint64_t seed) {
  HostPlan plan = host();
  plan.seed = seed;
  plan.jobs = {{1, 10, 0, 3}, {3, 30, 7, 2}, {2, kDay, kJobMinute, 6}};
  Random random(seed);
  for (std::uint32_t day = 0; day < kDays; ++day) {
    const auto piece = static_cast<std::uint32_t>(20 + random.uniform() * 20);
    for (std::size_t i = 0; i < 10; ++i)
      plan.activities.push_back(
          {day * kDay + kJobMinute + static_cast<std::uint32_t>(random.uniform() * 30), piece, 1});
  }
  return plan;
}

TEST(JobSpill, where_in_the_half_hour_a_job_does_its_work_is_no_alarm) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) found += alarms(scattering_host(seed)).size();
  EXPECT_EQ(found, 0U);
}

TEST(JobSpill, what_is_more_than_such_a_job_ever_does_is_one) {
  HostPlan plan = scattering_host(3);
  plan.activities.push_back({8 * kDay + kJobMinute + 12, 1500, 1});
  EXPECT_EQ(alarms(plan).size(), 1U);
  plan = scattering_host(3);  // behind all that the job ever reached
  plan.activities.push_back({8 * kDay + kJobMinute + 47, 60, 1});
  EXPECT_EQ(alarms(plan).size(), 1U);
}

}  // namespace
}  // namespace pidometer
