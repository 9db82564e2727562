// One forged line with a large PID, beside work that its neighbours show.
#include <gtest/gtest.h>

#include <algorithm>
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

/// A job each ten minutes, three PIDs each, and once an hour another beside it.
std::vector<Reading> quiet(std::size_t ticks) {
  std::vector<Reading> log;
  Pid pid = 1000;
  for (std::size_t i = 0; i < ticks; ++i) {
    Reading r;
    r.time = kStart + std::chrono::minutes(10 * static_cast<std::int64_t>(i));
    r.label = 1;
    r.pid = pid;
    log.push_back(r);
    if (i % 6 == 0) {
      r.label = 2;
      r.pid = pid + 1;
      log.push_back(r);
    }
    pid += 3;
  }
  return log;
}

void number(std::vector<Reading>& log) {
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
}

TEST(ForeignPid, within_the_tick_that_it_stands_in) {
  for (const Pid work : {0U, 60U, 400U, 5000U})
    for (const Pid forged : {30000U, 65613U, 2000000U})
      for (const std::uint32_t label : {1U, 7U})
        for (const std::size_t behind : {0U, 1U}) {
          SCOPED_TRACE(std::to_string(work) + " PIDs, forged " + std::to_string(forged) +
                       ", label " + std::to_string(label) + (behind > 0 ? ", behind" : ", before"));
          std::vector<Reading> log = quiet(600);
          for (std::size_t i = 300; i < log.size(); ++i) log[i].pid += work;
          Reading line = log[300];
          line.pid = forged;
          line.label = label;
          log.insert(log.begin() + 300 + static_cast<std::ptrdiff_t>(behind), line);
          number(log);
          const PidClock clock = build_pid_clock(std::move(log), {});
          EXPECT_EQ(clock.range.pid_max, 32768U);
          EXPECT_EQ(clock.sessions.size(), 1U);
          ASSERT_EQ(clock.foreign.size(), 1U);
          EXPECT_EQ(clock.foreign[0].pid, forged);
          EXPECT_EQ(clock.foreign[0].record, 300 + behind);
          EXPECT_EQ(clock.ticks.size(), 600U);
          const auto most = std::ranges::max_element(clock.intervals, {}, &Interval::advance);
          EXPECT_EQ(most->advance, static_cast<std::int64_t>(work) + 3);
          // the line was put there: what its neighbours say can be compared
          EXPECT_FALSE(most->repaired);
        }
}

// A boot and a wrap take minutes, and come back to no PID that the log goes on from.
TEST(ForeignPid, is_no_boot) {
  std::vector<Reading> log = quiet(600);
  for (std::size_t i = 300; i < log.size(); ++i) log[i].pid += 9000;
  for (std::size_t i = 301; i < log.size(); ++i) log[i].pid -= 9300;
  number(log);
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.foreign.size(), 0U);
  EXPECT_EQ(clock.sessions.size(), 2U);
}

}  // namespace
}  // namespace pidometer
