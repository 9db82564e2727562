// Forged lines whose PIDs lie beyond where the counter of all others goes round.
#include "plugin/pid_clock/beyond_range.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};

/// A job each ten minutes, `cost` PIDs apart.
struct Host {
  Pid pid_max = kSmallPidMax;
  Pid cost = 420;

  std::vector<Reading> run(std::size_t ticks) const {
    std::vector<Reading> log;
    Pid pid = 1000;
    for (std::size_t i = 0; i < ticks; ++i) {
      add(log, i, pid);
      pid += cost;
      if (pid >= pid_max) pid = pid - pid_max + kReservedPids;
    }
    return log;
  }

  static void add(std::vector<Reading>& log, std::size_t i, Pid pid) {
    Reading r;
    r.time = kStart + std::chrono::minutes(10 * static_cast<std::int64_t>(i));
    r.pid = pid;
    r.label = 1;
    log.push_back(r);
  }
};

void number(std::vector<Reading>& log) {
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
}

std::size_t wraps_in(const std::vector<Reading>& log) {
  std::size_t falls = 0;
  for (std::size_t i = 0; i + 1 < log.size(); ++i) falls += log[i + 1].pid < log[i].pid ? 1 : 0;
  return falls;
}

/// So many lines before the i-th one, or behind the last, three PIDs apart.
std::vector<Reading> with_forged(std::vector<Reading> log, std::size_t i, Pid pid,
                                 std::size_t lines) {
  const Timestamp from = i > 0 ? log[i - 1].time : log[0].time - std::chrono::minutes(10);
  for (std::size_t k = 0; k < lines; ++k) {
    Reading forged = log[0];
    forged.time = from + std::chrono::seconds(60 + 500 * k / lines);
    forged.pid = pid + static_cast<Pid>(3 * k);
    log.insert(log.begin() + static_cast<std::ptrdiff_t>(i + k), forged);
  }
  number(log);
  return log;
}

void expect_unmoved(std::vector<Reading> log, const Host& host, std::size_t wraps,
                    std::size_t lines) {
  const std::size_t all = log.size();
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.range.pid_max, host.pid_max);
  EXPECT_EQ(clock.range.least_pid_max, host.pid_max);
  EXPECT_EQ(clock.wraps, wraps);
  EXPECT_EQ(clock.sessions.size(), 1U);
  EXPECT_EQ(clock.foreign.size(), lines);
  EXPECT_EQ(clock.ticks.size(), all - lines);
  EXPECT_FALSE(clock.untold_boots);
}

// In the midst of a round, right before and behind where the counter goes round, and at either end.
TEST(BeyondRange, forged_lines_decide_no_pid_max) {
  for (const Host& host : {Host{}, Host{kSmallPidMax, 37}, Host{65536, 420}, Host{4096, 37}}) {
    const std::vector<Reading> log = host.run(host.cost < 100 ? 3000 : 2000);
    const std::size_t wraps = wraps_in(log);
    ASSERT_GE(wraps, 3U);
    std::size_t fall = log.size() / 2;
    while (log[fall].pid > log[fall - 1].pid) ++fall;
    for (const Pid forged : {host.pid_max + 7000, host.pid_max + 600, 4000000U})
      for (const std::size_t i :
           {std::size_t{0}, std::size_t{1}, fall - 20, fall - 1, fall, fall + 2, log.size()})
        for (const std::size_t lines : {1U, 2U, 5U}) {
          SCOPED_TRACE(std::to_string(host.pid_max) + ", cost " + std::to_string(host.cost) +
                       ", forged " + std::to_string(forged) + " at " + std::to_string(i) + " of " +
                       std::to_string(log.size()) + ", wrap at " + std::to_string(fall) + ", " +
                       std::to_string(lines) + " lines");
          expect_unmoved(with_forged(log, i, forged, lines), host, wraps, lines);
        }
  }
}

// The host may have come there: the lines stay, and decide nothing.
TEST(BeyondRange, nor_do_lines_close_above_the_last_one) {
  const Host host;
  std::vector<Reading> log = host.run(1000);
  while (log.back().pid < kSmallPidMax - host.cost)
    Host::add(log, log.size(), log.back().pid + host.cost);
  const std::size_t wraps = wraps_in(log);
  for (const std::size_t lines : {1U, 2U, 5U}) {
    std::vector<Reading> edited = with_forged(log, log.size(), kSmallPidMax + 200, lines);
    const std::size_t all = edited.size();
    const PidClock clock = build_pid_clock(std::move(edited), {});
    EXPECT_EQ(clock.range.pid_max, kSmallPidMax);
    EXPECT_NE(clock.range.basis.find("larger PIDs are in the log"), std::string::npos);
    EXPECT_EQ(clock.wraps, wraps);
    EXPECT_EQ(clock.ticks.size(), all);
  }
}

// Lines in several places.
TEST(BeyondRange, nor_do_lines_in_several_places) {
  const Host host;
  const std::vector<Reading> log = host.run(1000);
  std::vector<Reading> edited = with_forged(log, 900, 40000, 2);
  edited = with_forged(std::move(edited), 500, 70000, 3);
  edited = with_forged(std::move(edited), 300, 50000, 2);
  edited = with_forged(std::move(edited), 0, 45000, 2);
  expect_unmoved(std::move(edited), host, wraps_in(log), 9);
}

// One round more, and nothing tells but what is left without the lines.
TEST(BeyondRange, is_inferred_again_without_them) {
  const Host host;
  const std::vector<Reading> log = host.run(100);
  ASSERT_EQ(wraps_in(log), 1U);
  expect_unmoved(with_forged(log, 50, 40000, 2), host, 1, 2);
}

// A true larger range: nothing is foreign, and what were boots are boots.
TEST(BeyondRange, a_larger_range_stays) {
  for (const Pid pid_max : {36864U, 49152U, 65536U})
    for (const Pid cost : {37U, 420U, 2500U}) {
      SCOPED_TRACE(std::to_string(pid_max) + ", cost " + std::to_string(cost));
      const Host host{pid_max, cost};
      std::vector<Reading> log = host.run(4000);
      const std::size_t wraps = wraps_in(log);
      // a build in the interval in which it goes round for the second time
      std::size_t falls = 0;
      std::size_t i = 0;
      while (falls < 2) {
        ++i;
        falls += log[i].pid < log[i - 1].pid ? 1 : 0;
      }
      for (; i < log.size(); ++i) {
        log[i].pid += 9 * cost;
        if (log[i].pid >= pid_max) log[i].pid -= pid_max - kReservedPids;
      }
      number(log);
      const PidClock clock = build_pid_clock(std::move(log), {});
      EXPECT_EQ(clock.range.pid_max, pid_max);
      EXPECT_EQ(clock.foreign.size(), 0U);
      EXPECT_GE(clock.wraps + 1, wraps);
    }
}

// It boots every few days, from anywhere, without a line, and has come beyond 32768 in one session.
TEST(BeyondRange, nor_is_a_host_of_many_boots_cut) {
  std::vector<Reading> log;
  Pid pid = 600;
  Pid end = 9000;
  std::size_t boots = 0;
  for (std::size_t i = 0; i < 4000; ++i, pid += 90) {
    if (pid > end) {
      pid = 600 + static_cast<Pid>(7 * boots);
      end = boots == 20 ? 36000 : 4000 + static_cast<Pid>(boots * 7919 % 28000);
      ++boots;
    }
    Host::add(log, i, pid);
  }
  ASSERT_GT(boots, 20U);
  number(log);
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_EQ(clock.ticks.size(), 4000U);
  EXPECT_EQ(clock.sessions.size(), boots + 1);
}

// pid_max was raised while the host ran: its counter goes on where it went round before.
TEST(BeyondRange, a_raised_pid_max_is_no_forgery) {
  for (const std::size_t beyond : {1U, 2U, 30U, 60U, 700U}) {
    SCOPED_TRACE(beyond);
    const Host host;
    std::vector<Reading> log = host.run(1000);
    while (log.back().pid + host.cost < kSmallPidMax)
      Host::add(log, log.size(), log.back().pid + host.cost);
    const std::size_t wraps = wraps_in(log);
    for (std::size_t k = 0; k < beyond; ++k) Host::add(log, log.size(), log.back().pid + host.cost);
    const std::size_t all = log.size();
    number(log);
    const PidClock clock = build_pid_clock(std::move(log), {});
    EXPECT_EQ(clock.foreign.size(), 0U);
    EXPECT_EQ(clock.ticks.size(), all);
    for (std::size_t i = all - beyond - 1; i + 1 < all; ++i)
      EXPECT_EQ(clock.intervals[i].state, IntervalState::judged) << i;
    // ... and where most of the log is of before, its wraps stay what they are
    if (beyond < 64) {
      EXPECT_EQ(clock.wraps, wraps);
    }
  }
}

}  // namespace
}  // namespace pidometer
