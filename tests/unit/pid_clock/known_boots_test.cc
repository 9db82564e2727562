// Readings that say which boot they are of.
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};

/// Ticks a minute apart, three PIDs each.
void run(std::vector<Reading>& readings, std::size_t count, Pid first, std::uint32_t boot) {
  for (std::size_t i = 0; i < count; ++i) {
    Reading r;
    r.time = kStart + std::chrono::minutes(readings.size());
    r.pid = first + static_cast<Pid>(3 * i);
    r.label = 1;
    r.record = static_cast<std::uint32_t>(readings.size());
    r.boot = boot;
    readings.push_back(r);
  }
}

PidClock two_runs(Pid first, std::uint32_t first_boot, Pid second, std::uint32_t second_boot) {
  std::vector<Reading> readings;
  run(readings, 50, first, first_boot);
  run(readings, 50, second, second_boot);
  return build_pid_clock(std::move(readings), {});
}

TEST(KnownBoots, AnotherBootIsABootAlsoWhereThePidsRise) {
  const PidClock clock = two_runs(600, 1, 760, 2);
  EXPECT_EQ(clock.intervals[49].state, IntervalState::boot);
  ASSERT_EQ(clock.sessions.size(), 2U);
  EXPECT_EQ(clock.sessions[1].first_tick, 50U);
  EXPECT_TRUE(clock.sessions[1].counter_restarted);
  // without the word of the log nothing tells
  EXPECT_EQ(two_runs(600, 0, 760, 0).intervals[49].state, IntervalState::judged);
  EXPECT_EQ(two_runs(600, 1, 760, 0).intervals[49].state, IntervalState::judged);
}

TEST(KnownBoots, AFallWithinABootIsNone) {
  const PidClock clock = two_runs(5000, 1, 600, 1);
  EXPECT_EQ(clock.intervals[49].state, IntervalState::unknown_advance);
  EXPECT_EQ(clock.sessions.size(), 1U);
  EXPECT_EQ(two_runs(5000, 0, 600, 0).intervals[49].state, IntervalState::boot);
  // one that a wrap explains is a wrap
  const PidClock wrapped = two_runs(32600, 1, 310, 1);
  EXPECT_EQ(wrapped.intervals[49].state, IntervalState::judged);
  EXPECT_EQ(wrapped.intervals[49].wraps, 1);
}

TEST(KnownBoots, AFallToAWrapsPlaceInAnotherBootIsNoWrap) {
  const PidClock clock = two_runs(32600, 1, 310, 2);
  EXPECT_EQ(clock.intervals[49].state, IntervalState::boot);
  EXPECT_EQ(clock.wraps, 0U);
}

TEST(KnownBoots, ADaemonsStartWithinABootIsNoBoot) {
  for (const std::uint32_t boot : {0U, 1U}) {
    std::vector<Reading> readings;
    run(readings, 50, 5000, boot);
    Reading start = readings.back();
    start.kind = ReadingKind::boot;
    start.pid = 600;
    readings.push_back(start);
    run(readings, 50, 610, boot);
    const PidClock clock = build_pid_clock(std::move(readings), {});
    EXPECT_EQ(clock.intervals[49].state,
              boot == 0 ? IntervalState::boot : IntervalState::daemon_restart);
  }
}

TEST(KnownBoots, JobsOfTwoBootsAreNoTick) {
  std::vector<Reading> readings;
  run(readings, 20, 600, 1);
  run(readings, 20, 660, 2);
  readings[20].time = readings[19].time + std::chrono::seconds(1);
  readings[20].label = 2;
  EXPECT_EQ(build_pid_clock(std::move(readings), {}).ticks.size(), 40U);
}

}  // namespace
}  // namespace pidometer
