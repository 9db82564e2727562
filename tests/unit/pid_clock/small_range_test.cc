#include "plugin/pid_clock/small_range.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};

/// Two jobs each minute, and two PIDs of something else; the counter goes round at pid_max.
std::vector<Reading> host(Pid pid_max, std::size_t ticks) {
  std::vector<Reading> log;
  Pid pid = 700;
  const auto next = [&] {
    const Pid own = pid++;
    if (pid == pid_max) pid = kReservedPids;
    return own;
  };
  for (std::size_t i = 0; i < ticks; ++i) {
    for (std::uint32_t label : {1U, 2U}) {
      Reading r;
      r.time = kStart + std::chrono::minutes(i);
      r.pid = next();
      r.label = label;
      r.record = static_cast<std::uint32_t>(log.size());
      log.push_back(r);
    }
    for (std::size_t k = 0; k < 2 + i % 2; ++k) next();
  }
  return log;
}

TEST(SmallRange, falls_at_the_same_place_say_it) {
  for (const Pid pid_max : {1024U, 2048U, 4096U, 8192U, 16384U}) {
    const PidClock clock = build_pid_clock(host(pid_max, 40000), {});
    EXPECT_EQ(clock.range.pid_max, pid_max);
    EXPECT_GE(clock.wraps, 9U);
    EXPECT_EQ(clock.sessions.size(), 1U);
    EXPECT_EQ(clock.foreign.size(), 0U);
    for (std::size_t i = 0; i + 1 < clock.intervals.size(); ++i)
      ASSERT_EQ(clock.intervals[i].state, IntervalState::judged) << pid_max << " " << i;
  }
}

// Where it is given, wraps within a tick are wraps too.
TEST(SmallRange, wraps_within_a_tick) {
  ClockOptions options;
  options.pid_max = 4096;
  const PidClock clock = build_pid_clock(host(4096, 40000), options);
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_GE(clock.wraps, 40U);
}

// What the image says of it and the log denies is not used to form ticks either, and does not keep
// the falls from saying what it is.
TEST(SmallRange, a_pid_max_that_is_not_believed_says_nothing) {
  for (const Pid pid_max : {4096U, 32768U}) {
    const PidClock without = build_pid_clock(host(pid_max, 40000), {});
    for (const Pid denied : {301U, 303U, 400U}) {
      SCOPED_TRACE(std::to_string(denied) + " of " + std::to_string(pid_max));
      ClockOptions options;
      options.pid_max = denied;
      options.pid_max_source = "sysctl of the image";
      options.pid_max_is_users = false;
      const PidClock clock = build_pid_clock(host(pid_max, 40000), options);
      EXPECT_EQ(clock.range.pid_max, pid_max);
      EXPECT_EQ(clock.wraps, without.wraps);
      EXPECT_NE(clock.range.basis.find("sysctl of the image is below PIDs of the log"),
                std::string::npos);
      ASSERT_EQ(clock.ticks.size(), without.ticks.size());
      for (std::size_t i = 0; i < clock.ticks.size(); ++i)
        ASSERT_EQ(clock.ticks[i].pid, without.ticks[i].pid) << i;
    }
  }
}

TEST(SmallRange, the_usual_one_is_none) {
  EXPECT_EQ(find_small_pid_max(host(32768, 80000)), std::nullopt);
}

TEST(SmallRange, a_host_that_boots_by_night_has_none) {
  // from about the same PID each night, to about the same
  std::vector<Reading> log;
  for (std::uint32_t day = 0; day < 60; ++day)
    for (std::uint32_t i = 0; i < 1400; ++i) {
      Reading r;
      r.time = kStart + std::chrono::days(day) + std::chrono::minutes(i);
      r.pid = 620 + day * 37 % 90 + 5 * i;
      r.label = 1;
      log.push_back(r);
    }
  EXPECT_EQ(find_small_pid_max(log), std::nullopt);
  // and where it is booted in no time at all
  for (Reading& r : log) r.pid -= 200;
  EXPECT_EQ(find_small_pid_max(log), std::nullopt);
}

TEST(SmallRange, four_falls_say_nothing) {
  EXPECT_EQ(find_small_pid_max(host(4096, 3500)), std::nullopt);
}

}  // namespace
}  // namespace pidometer
