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

/// kind_steps() of a finding that speaks for itself.
std::vector<Quantity> steps_of(const Anomaly& anomaly) {
  const PidClock clock = build_pid_clock(host(5000, 300, 600), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  return kind_steps(DetectorInput(clock, baseline, scan, explanations), anomaly);
}

TEST(KindSteps, AreTheNumbersThatTheFindingWasToldBy) {
  Anomaly anomaly;
  anomaly.kind = AnomalyKind::new_command;
  anomaly.days_before = 40.5;
  EXPECT_EQ(value(steps_of(anomaly), "days_before"), 40.5);

  anomaly.kind = AnomalyKind::schedule_mismatch;
  anomaly.runs = 12;
  anomaly.due = 34;
  for (const auto ran :
       {ScheduleMismatch::job_without_line, ScheduleMismatch::job_without_script}) {
    anomaly.mismatch = ran;
    EXPECT_EQ(value(steps_of(anomaly), "runs"), 12);
    EXPECT_FALSE(value(steps_of(anomaly), "due"));
  }
  anomaly.mismatch = ScheduleMismatch::line_without_job;
  EXPECT_EQ(value(steps_of(anomaly), "due"), 34);
  EXPECT_FALSE(value(steps_of(anomaly), "runs"));

  anomaly.kind = AnomalyKind::log_rewritten;
  anomaly.records_before = 7;
  anomaly.window_start = kStart;
  anomaly.file_created = kStart + std::chrono::hours(2);
  EXPECT_EQ(value(steps_of(anomaly), "records_before"), 7);
  EXPECT_EQ(value(steps_of(anomaly), "seconds"), 7200);

  anomaly.kind = AnomalyKind::not_a_clock;
  anomaly.steps = 400;
  anomaly.downward_steps = 190;
  anomaly.unevenness = 0.5;
  const std::vector<Quantity> random = steps_of(anomaly);
  EXPECT_EQ(value(random, "share"), 190.0 / 400);
  EXPECT_EQ(value(random, "unevenness"), 0.5);
  EXPECT_GT(*value(random, "limit"), 0);
}

TEST(KindSteps, OfAnExcessAreThoseOfItsScore) {
  Anomaly anomaly;
  for (const AnomalyKind kind : {AnomalyKind::pid_excess, AnomalyKind::pid_deficit}) {
    anomaly.kind = kind;
    EXPECT_TRUE(steps_of(anomaly).empty()) << "score_steps() has them";
  }
}

TEST(ExplainBoot, ShowsTheTermsItWasToldBy) {
  const PidClock clock = build_pid_clock(host(5000, 300, 600), {});
  ASSERT_GT(clock.range.most_per_second, 1.5 * clock.range.pids_per_second);
  const std::vector<Quantity> steps = steps_of_boot(clock);
  EXPECT_EQ(value(steps, "burst_rate"), clock.range.most_per_second);
  EXPECT_EQ(value(steps, "rate"), clock.range.pids_per_second);
  EXPECT_NEAR(*value(steps, "most"), 8 * clock.range.most_per_second * 60 + 400, 1e-6);
  // no wrap, and a boot
  EXPECT_GT(*value(steps, "wrapped"), *value(steps, "wrap_most"));
  EXPECT_LE(*value(steps, "most"), *value(steps, "restart_known"));
  EXPECT_FALSE(value(steps, "least_wrapped"));
}

TEST(ExplainBoot, WherePidMaxIsAGuessByTheSmallestThatItMayBe) {
  const PidClock clock = build_pid_clock(host(99'700, 300, 600), {});
  ASSERT_LT(clock.range.least_pid_max, clock.range.pid_max);
  const std::vector<Quantity> steps = steps_of_boot(clock);
  EXPECT_EQ(value(steps, "least_pid_max"), clock.range.least_pid_max);
  const double before = *value(steps, "before");
  EXPECT_EQ(*value(steps, "least_wrapped"), clock.range.least_pid_max - before + 600 - 300);
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
