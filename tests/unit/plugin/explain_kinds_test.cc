// The numbers that an explanation shows are those that the verdict was told by.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};

/// Ticks a minute apart, three PIDs each but every tenth, which takes many; then a second boot.
std::vector<Reading> host(Pid first, Pid burst, Pid second) {
  std::vector<Reading> readings;
  Pid pid = first;
  for (std::uint32_t i = 0; i < 200; ++i) {
    Reading r;
    r.time = kStart + std::chrono::minutes(i);
    r.label = 1;
    r.record = i;
    if (i == 100) pid = second;
    r.pid = pid;
    pid += i % 10 == 5 ? burst : 3;
    readings.push_back(r);
  }
  return readings;
}

std::vector<Quantity> steps_of_boot(const PidClock& clock) {
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  const DetectorInput input(clock, baseline, scan, explanations);
  const std::vector<Anomaly> boots = detect_boot(input);
  return boots.size() == 1 ? kind_steps(input, boots.front()) : std::vector<Quantity>();
}

std::optional<double> value(const std::vector<Quantity>& steps, std::string_view name) {
  const auto found = std::ranges::find(steps, name, &Quantity::name);
  return found == steps.end() ? std::nullopt : std::optional(found->value);
}

TEST(ExplainBoot, ShowsTheTermsItWasToldBy) {
  const PidClock clock = build_pid_clock(host(5000, 300, 600), {});
  ASSERT_GT(clock.most_per_second, 1.5 * clock.pids_per_second);
  const std::vector<Quantity> steps = steps_of_boot(clock);
  EXPECT_EQ(value(steps, "burst_rate"), clock.most_per_second);
  EXPECT_EQ(value(steps, "rate"), clock.pids_per_second);
  EXPECT_NEAR(*value(steps, "most"), 8 * clock.most_per_second * 60 + 400, 1e-6);
  // no wrap, and a boot
  EXPECT_GT(*value(steps, "wrapped"), *value(steps, "wrap_most"));
  EXPECT_LE(*value(steps, "most"), *value(steps, "restart_known"));
  EXPECT_FALSE(value(steps, "least_wrapped"));
}

TEST(ExplainBoot, WherePidMaxIsAGuessByTheSmallestThatItMayBe) {
  const PidClock clock = build_pid_clock(host(99'700, 300, 600), {});
  ASSERT_LT(clock.least_pid_max, clock.pid_max);
  const std::vector<Quantity> steps = steps_of_boot(clock);
  EXPECT_EQ(value(steps, "least_pid_max"), clock.least_pid_max);
  const double before = *value(steps, "before");
  EXPECT_EQ(*value(steps, "least_wrapped"), clock.least_pid_max - before + 600 - 300);
  EXPECT_GT(*value(steps, "least_wrapped"), *value(steps, "most"));
}

TEST(ExplainBoot, WhatALineOrAnIdSaysIsNotReckoned) {
  std::vector<Reading> readings = host(5000, 300, 600);
  for (Reading& r : readings) r.boot = r.record < 100 ? 1 : 2;
  const std::vector<Quantity> steps = steps_of_boot(build_pid_clock(readings, {}));
  EXPECT_TRUE(value(steps, "fall"));
  EXPECT_FALSE(value(steps, "most"));
}

TEST(ExplainBoot, NoWrapHandsOutAReservedPid) {
  const std::vector<Quantity> steps = steps_of_boot(build_pid_clock(host(5000, 300, 200), {}));
  EXPECT_EQ(value(steps, "reserved"), 300);
  EXPECT_FALSE(value(steps, "most"));
}

}  // namespace
}  // namespace pidometer
