// The PID of a log's first or last line, which has one neighbour only.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};
constexpr Pid kReserved = 300;
constexpr Pid kPidMax = 32768;

/// A job each ten minutes, 420 PIDs apart; the counter goes round every thirteen hours.
std::vector<Reading> wrapping(std::size_t ticks) {
  std::vector<Reading> log;
  Pid pid = 1000;
  for (std::size_t i = 0; i < ticks; ++i) {
    Reading r;
    r.time = kStart + std::chrono::minutes(10 * static_cast<std::int64_t>(i));
    r.pid = pid;
    r.label = 1;
    r.record = static_cast<std::uint32_t>(i);
    log.push_back(r);
    pid += 420;
    if (pid >= kPidMax) pid = pid - kPidMax + kReserved;
  }
  return log;
}

TEST(ForeignEnd, decides_no_pid_max) {
  for (const Pid forged : {34880U, 40000U})
    for (const std::size_t end : {std::size_t{0}, std::size_t{999}}) {
      SCOPED_TRACE(std::to_string(forged) + " at " + std::to_string(end));
      std::vector<Reading> log = wrapping(1000);
      log[end].pid = forged;
      const PidClock clock = build_pid_clock(std::move(log), {});
      EXPECT_EQ(clock.range.pid_max, kPidMax);
      EXPECT_EQ(clock.wraps, 12U);
      EXPECT_EQ(clock.sessions.size(), 1U);
      ASSERT_EQ(clock.foreign.size(), 1U);
      EXPECT_EQ(clock.foreign[0].record, end);
      EXPECT_EQ(clock.foreign[0].pid, forged);
    }
}

TEST(ForeignEnd, a_true_end_stays) {
  const PidClock clock = build_pid_clock(wrapping(1000), {});
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_EQ(clock.ticks.size(), 1000U);
}

// Of a counter that never went round among the others nothing is known.
TEST(ForeignEnd, without_wraps_the_largest_pid_counts) {
  std::vector<Reading> log = wrapping(60);
  log.back().pid = 40000;
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_GT(clock.range.pid_max, 40000U);
}

// ... but no host hands out 68,000 PIDs a second for a minute, whatever pid_max is.
TEST(ForeignEnd, no_host_hands_pids_out_so_fast) {
  for (const bool known : {false, true}) {
    std::vector<Reading> log = wrapping(60);
    log.back().time = log[58].time + std::chrono::minutes(1);
    log.back().pid = 4100000;
    ClockOptions options;
    if (known) options.pid_max = Pid{1} << 22U;
    const PidClock clock = build_pid_clock(std::move(log), options);
    ASSERT_EQ(clock.foreign.size(), 1U);
    EXPECT_EQ(clock.foreign[0].pid, 4100000U);
    EXPECT_EQ(clock.ticks.size(), 59U);
    if (!known) {
      EXPECT_EQ(clock.range.pid_max, kPidMax);
    }
  }
}

// What a host may do in the time stays: a build of 30,000 processes.
TEST(ForeignEnd, a_large_excess_is_none) {
  std::vector<Reading> log = wrapping(20);
  log.back().pid = log[18].pid + 30000;
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_EQ(clock.ticks.size(), 20U);
}

}  // namespace
}  // namespace pidometer
