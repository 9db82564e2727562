#include "plugin/baseline/interval_groups.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

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

}  // namespace
}  // namespace pidometer
