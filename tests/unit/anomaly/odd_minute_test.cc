#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// A line of a job that the host has, at a minute at which it does not run: what happens behind it
// is the job's up to what its dearest run costs, and what lies beyond is not.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::Random;

constexpr std::uint32_t kHour = 60;
constexpr std::uint32_t kDay = 24 * kHour;
constexpr std::uint32_t kDays = 21;
constexpr std::uint32_t kDaily = 3;
constexpr std::uint32_t kDailyAt = 6 * kHour + 25;
constexpr std::uint32_t kWorkAt = 14 * kDay + 13 * kHour + 13;
constexpr std::uint32_t kOtherWorkAt = 11 * kDay + 9 * kHour + 43;
constexpr std::uint32_t kLeast = 77;
constexpr std::uint32_t kMost = 142;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

Timestamp at(std::uint32_t minute) {
  return kStart + std::chrono::minutes(minute);
}

/// A line every ten minutes, and a daily job that spends 77 to 142 PIDs up to `sleeps` minutes
/// later.
HostPlan host(std::uint32_t sleeps, std::uint64_t seed = 1) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = kDays * kDay;
  plan.pid_max = 4194304;
  plan.seed = seed;
  plan.jobs = {{1, 10, 5, 1}, {2, 60, 17, 3}, {kDaily, kDay, kDailyAt, 0}};
  plan.background = 0.2;
  Random random(seed + 7);
  for (std::uint32_t day = 0; day < kDays; ++day)
    plan.activities.push_back(
        {day * kDay + kDailyAt + static_cast<std::uint32_t>(random.uniform() * sleeps),
         kLeast + static_cast<std::uint32_t>(random.uniform() * (kMost + 1 - kLeast)), 1});
  return plan;
}

/// A line of the daily job, or another one, ten seconds into the minute.
void put_in(std::vector<Reading>& readings, std::uint32_t minute, std::uint32_t label = kDaily) {
  const Timestamp time = at(minute) + std::chrono::seconds(10);
  const auto behind =
      std::ranges::find_if(readings, [&](const Reading& r) { return r.time > time; });
  Reading line = *(behind - 1);
  line.time = time;
  ++line.pid;
  line.label = label;
  readings.insert(behind, line);
}

/// The row of an excess in the half hour from a minute on that is worst.
std::optional<Anomaly> worst(const std::vector<Reading>& readings, std::uint32_t minute) {
  const PidClock clock = build_pid_clock(readings, {});
  std::optional<Anomaly> found;
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock)))
    if (a.kind == AnomalyKind::pid_excess && a.window_end > at(minute) &&
        a.window_start < at(minute + 30) && (!found || a.level > found->level))
      found = a;
  return found;
}

// At once, or as the job itself would after it has slept.
TEST(OddMinute, a_known_job_hides_no_more_than_its_dearest_run) {
  std::size_t judged = 0;
  for (const std::uint32_t sleeps : {0U, 30U})
    for (const std::uint32_t later : {0U, 10U})
      for (const std::uint32_t work : {300U, 500U, 1500U})
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
          HostPlan plan = host(sleeps, seed);
          plan.activities.push_back({kWorkAt + later, work, 1});
          std::vector<Reading> readings = simulate_host(plan);
          if (const auto plain = worst(readings, kWorkAt); !plain || plain->level < Level::medium)
            continue;
          SCOPED_TRACE("sleeps " + std::to_string(sleeps) + ", later " + std::to_string(later) +
                       ", work " + std::to_string(work) + ", seed " + std::to_string(seed));
          put_in(readings, kWorkAt);
          const auto row = worst(readings, kWorkAt);
          ASSERT_TRUE(row);
          EXPECT_GE(row->level, work > 300 ? Level::high : Level::medium);
          EXPECT_EQ(row->level_bound, LevelBound::none);
          ++judged;
        }
  EXPECT_GE(judged, 30U);
}

// A job of five runs or seven hides no more either; of three it leaves a row.
TEST(OddMinute, a_job_of_few_runs_hides_no_more_than_its_dearest_run) {
  constexpr std::uint32_t kSeldom = 4;
  std::size_t bound = 0;
  for (const std::uint32_t runs : {3U, 5U, 7U})
    for (const std::uint32_t work : {400U, 1000U})
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE("runs " + std::to_string(runs) + ", work " + std::to_string(work) + ", seed " +
                     std::to_string(seed));
        HostPlan plan = host(0, seed);
        plan.activities.push_back({kWorkAt, work, 1});
        Random random(seed);
        std::vector<std::uint32_t> minutes;
        for (std::uint32_t run = 0; run < runs; ++run) {
          minutes.push_back((1 + 2 * run) * kDay + 2 * kHour + 33);
          // 15 to 120 PIDs
          plan.activities.push_back(
              {minutes.back(), static_cast<std::uint32_t>(15 * std::pow(8, random.uniform())), 1});
        }
        std::vector<Reading> readings = simulate_host(plan);
        for (const std::uint32_t minute : minutes) put_in(readings, minute, kSeldom);
        put_in(readings, kWorkAt, kSeldom);
        const auto row = worst(readings, kWorkAt);
        ASSERT_TRUE(row);
        EXPECT_GE(row->level, runs < 5 ? Level::low : Level::high);
        if (row->level > Level::low) continue;
        EXPECT_EQ(row->level_bound, LevelBound::odd_minute);
        ++bound;
      }
  EXPECT_GE(bound, 2U);
}

// Two lines, one beside each of two works, do not teach what such a line costs.
TEST(OddMinute, two_works_do_not_explain_one_another) {
  for (const std::uint32_t sleeps : {0U, 30U}) {
    HostPlan plan = host(sleeps);
    for (const std::uint32_t minute : {kWorkAt, kOtherWorkAt})
      plan.activities.push_back({minute, 500, 1});
    std::vector<Reading> readings = simulate_host(plan);
    for (const std::uint32_t minute : {kOtherWorkAt, kWorkAt}) put_in(readings, minute);
    for (const std::uint32_t minute : {kWorkAt, kOtherWorkAt}) {
      const auto row = worst(readings, minute);
      ASSERT_TRUE(row);
      EXPECT_GE(row->level, Level::high);
    }
  }
}

// A job that truly ran there once costs what it does, and is no alarm; that it may be somebody's
// work has a reason.
TEST(OddMinute, a_run_of_the_job_is_no_alarm) {
  std::size_t told = 0;
  for (const std::uint32_t sleeps : {0U, 30U})
    for (const std::uint32_t later : {0U, 20U})
      for (const std::uint32_t cost : {kLeast, 110U, kMost})
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
          if (sleeps < later) continue;
          SCOPED_TRACE("sleeps " + std::to_string(sleeps) + ", later " + std::to_string(later) +
                       ", cost " + std::to_string(cost) + ", seed " + std::to_string(seed));
          HostPlan plan = host(sleeps, seed);
          plan.activities.push_back({kWorkAt + later, cost, 1});
          std::vector<Reading> readings = simulate_host(plan);
          put_in(readings, kWorkAt);
          const auto row = worst(readings, kWorkAt);
          if (!row) continue;
          EXPECT_LE(row->level, Level::low);
          if (row->level < Level::low) continue;
          EXPECT_EQ(row->level_bound, LevelBound::odd_minute);
          ++told;
        }
  EXPECT_GE(told, 12U);
}

// At its own minute the job may cost whatever it does there, as before.
TEST(OddMinute, a_dear_night_of_the_job_at_its_minute_is_explained_as_it_was) {
  HostPlan plan = host(30);
  plan.activities.push_back({14 * kDay + kDailyAt + 12, 180, 1});
  const auto row = worst(simulate_host(plan), 14 * kDay + kDailyAt);
  if (row) {
    EXPECT_LT(row->level, Level::medium);
    EXPECT_EQ(row->level_bound, LevelBound::none);
  }
}

}  // namespace
}  // namespace pidometer
