#include "plugin/baseline/usual_bursts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <tuple>

#include "plugin/baseline/baseline.h"
#include "tests/support/host_simulator.h"

// Bursts in few of a host's intervals that come many times on most days are its own.
namespace pidometer {
namespace {

using testing::HostPlan;

constexpr std::uint32_t kDay = 24 * 60;

HostPlan host(std::uint32_t days, double background, double burst) {
  HostPlan plan;
  plan.start = std::chrono::sys_days{std::chrono::March / 1 / 2021};
  plan.minutes = days * kDay;
  plan.pid_max = 4194304;
  plan.jobs = {{1, 1, 0, 1}, {2, 10, 0, 0}, {3, 60, 17, 5}};
  plan.background = background;
  plan.burst = burst;
  return plan;
}

/// So many PIDs at forty minutes of each such day.
void visit(HostPlan& plan, std::uint32_t first, std::uint32_t step, std::uint32_t pids) {
  for (std::uint32_t day = first; (day + 1) * kDay <= plan.minutes; day += step)
    for (std::uint32_t k = 0; k < 40; ++k)
      plan.activities.push_back({day * kDay + 61 + 31 * k, pids, 1});
}

double largest_bursts(const HostPlan& plan) {
  const IntervalGroups groups = group_intervals(build_pid_clock(simulate_host(plan), {}));
  return std::ranges::max(groups.groups, {}, &IntervalGroup::bursts).bursts;
}

/// Of an interval of the monitor alone.
double usual_variance(const HostPlan& plan) {
  const Baseline baseline = learn_baseline(build_pid_clock(simulate_host(plan), {}));
  return static_cast<double>(baseline.expected[5].variance);
}

// A twelfth of a burst a minute, of 1.2 PIDs: a variance of 0.14. Those of two and more PIDs are
// one and a half in a hundred intervals; without them it is half as large.
TEST(UsualBursts, are_counted_in_the_variance) {
  EXPECT_GT(usual_variance(host(14, 0.1, 1.2)), 0.11);
  EXPECT_LT(usual_variance(host(14, 0.1, 1.2)), 0.16);
}

TEST(UsualBursts, say_how_soon_they_become_fewer) {
  for (const auto& [burst, least, most] :
       {std::tuple{1.2, 0.12, 0.25}, {2.5, 0.5, 0.68}, {6.0, 0.75, 0.88}}) {
    const Baseline baseline =
        learn_baseline(build_pid_clock(simulate_host(host(28, 0.1, burst)), {}));
    EXPECT_GT(baseline.burst_ratio, least) << burst;
    EXPECT_LT(baseline.burst_ratio, most) << burst;
  }
}

// Forty bursts a day, but on one day in three, or in half of the log.
TEST(UsualBursts, of_some_days_are_not_the_hosts) {
  HostPlan now_and_then = host(28, 0, 1);
  visit(now_and_then, 0, 3, 20);
  EXPECT_EQ(largest_bursts(now_and_then), 0);
  HostPlan later = host(28, 0, 1);
  visit(later, 14, 1, 20);
  EXPECT_EQ(largest_bursts(later), 0);
  HostPlan always = host(28, 0, 1);
  visit(always, 0, 1, 20);
  EXPECT_GE(largest_bursts(always), 10) << "whoever is there every day is learnt";
}

TEST(UsualBursts, of_other_sizes_on_some_days_add_nothing) {
  const HostPlan plain = host(28, 0.1, 1.2);
  HostPlan visited = plain;
  visit(visited, 0, 3, 20);
  EXPECT_EQ(largest_bursts(visited), largest_bursts(plain));
  EXPECT_LT(usual_variance(visited), 2 * usual_variance(plain));
}

TEST(UsualBursts, are_more_than_timers) {
  HostPlan plan = host(28, 0, 1);
  plan.timers = {{6, 20, 60}};
  EXPECT_EQ(largest_bursts(plan), 0);
}

TEST(UsualBursts, are_not_told_in_a_log_of_few_days) {
  EXPECT_EQ(largest_bursts(host(7, 0.1, 1.2)), 0);
  EXPECT_GT(largest_bursts(host(10, 0.1, 1.2)), 1.5);
}

}  // namespace
}  // namespace pidometer
