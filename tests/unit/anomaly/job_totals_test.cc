#include "plugin/anomaly/job_totals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "tests/support/host_simulator.h"

namespace pidometer {
namespace {

using testing::HostPlan;
using testing::Random;

constexpr std::uint32_t kDay = 24 * 60;
constexpr std::uint32_t kDays = 21;
constexpr std::uint32_t kNight = 185;  // 03:05

/// A line every ten minutes, and `jobs` at 03:05 whose work of some 300 PIDs comes in ten pieces at
/// any moments of the half hour after them.
HostPlan scattering_host(std::uint32_t jobs) {
  HostPlan plan;
  plan.start = std::chrono::sys_days{std::chrono::June / 6 / 2021};
  plan.minutes = kDays * kDay;
  plan.pid_max = 4194304;
  plan.jobs = {{1, 10, 0, 3}};
  for (std::uint32_t job = 0; job < jobs; ++job) plan.jobs.push_back({2 + job, kDay, kNight, 0});
  plan.background = 0.1;
  Random random(3);
  for (std::uint32_t day = 0; day < kDays; ++day)
    for (std::uint32_t piece = 0; piece < 10; ++piece)
      plan.activities.push_back(
          {day * kDay + kNight + 1 + static_cast<std::uint32_t>(random.uniform() * 29),
           20 + static_cast<std::uint32_t>(random.uniform() * 20), 1});
  return plan;
}

struct Learnt {
  explicit Learnt(const HostPlan& plan)
      : clock(build_pid_clock(testing::simulate_host(plan), {})),
        baseline(learn_baseline(clock)),
        scan(clock, baseline),
        totals(clock, baseline.odd_runs, scan) {}

  PidClock clock;
  Baseline baseline;
  WindowScan scan;
  JobTotals totals;
};

/// The intervals that begin in these minutes of a day, as if they were far out.
std::vector<Window> windows_of(const Learnt& learnt, std::uint32_t from, std::uint32_t to) {
  std::vector<Window> windows;
  for (std::uint32_t i = 0; i + 1 < learnt.clock.ticks.size(); ++i) {
    const std::uint32_t minute = learnt.clock.ticks[i].minute;
    if (minute < from || minute >= to) continue;
    windows.push_back(learnt.scan.measure(i, i + 1));
    windows.back().score = 50;
  }
  return windows;
}

TEST(JobTotals, the_hour_behind_a_job_is_explained_by_its_total) {
  const Learnt learnt(scattering_host(1));
  std::size_t explained = 0;
  for (const Window& window : windows_of(learnt, kNight, kNight + 20)) {
    JobTotals::Steps steps;
    const double score = learnt.totals.explained(window, &steps);
    if (score >= 50) continue;
    ++explained;
    EXPECT_GT(steps.size.degrees, 0U);
    EXPECT_EQ(score, steps.chance);
    EXPECT_GT(steps.total, 100);
    EXPECT_LT(steps.total, 600);
  }
  // where others' work came at that distance too
  EXPECT_GT(explained, kDays / 2);
}

TEST(JobTotals, other_hours_are_not) {
  const Learnt learnt(scattering_host(1));
  for (const Window& window : windows_of(learnt, kNight + 61, kDay))
    EXPECT_EQ(learnt.totals.explained(window), 50);
  for (const Window& window : windows_of(learnt, 0, kNight - 10))
    EXPECT_EQ(learnt.totals.explained(window), 50);
}

// A job that runs twice within the hour: what lies behind both runs counts once.
TEST(JobTotals, hours_that_overlap_count_once) {
  HostPlan plan = scattering_host(0);
  plan.background = 0;
  plan.jobs.push_back({2, 2 * kDay, kNight, 0});
  plan.jobs.push_back({2, 2 * kDay, kNight + 30, 0});
  plan.activities.clear();
  Random random(3);
  for (std::uint32_t day = 0; day < kDays; day += 2)
    for (std::uint32_t piece = 0; piece < 10; ++piece)
      plan.activities.push_back(
          {day * kDay + kNight + 31 + static_cast<std::uint32_t>(random.uniform() * 29),
           20 + static_cast<std::uint32_t>(random.uniform() * 20), 1});
  const Learnt learnt(plan);
  std::size_t explained = 0;
  for (const Window& window : windows_of(learnt, kNight + 32, kNight + 60))
    explained += learnt.totals.explained(window) < 50 ? 1 : 0;
  EXPECT_GT(explained, 0U);
}

// What a window costs that is behind no job must not grow with their number.
TEST(JobTotals, jobs_of_another_hour_are_not_looked_at) {
  const auto cost = [](const Learnt& learnt) {
    const std::vector<Window> noon = windows_of(learnt, kDay / 2, kDay);
    auto least = std::clock_t{1} << 40;
    for (int times = 0; times < 3; ++times) {
      const std::clock_t start = std::clock();
      for (int again = 0; again < 20; ++again)
        for (const Window& window : noon) EXPECT_EQ(learnt.totals.explained(window), 50);
      least = std::min(least, std::clock() - start);
    }
    return static_cast<double>(least);
  };
  const Learnt few(scattering_host(10));
  const Learnt many(scattering_host(640));
  EXPECT_LT(cost(many), 8 * std::max(cost(few), 1000.0));
}

}  // namespace
}  // namespace pidometer
