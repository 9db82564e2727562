#include "plugin/pid_clock/pid_range.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};
constexpr double kSeconds = 300;
constexpr Pid kLight = 3;
constexpr Pid kHeavy = 1450;

/// Every five minutes a tick: in turn a job that costs next to nothing and one that costs much.
std::vector<Tick> two_jobs_in_turn(std::size_t count, std::size_t first) {
  std::vector<Tick> ticks(count);
  Pid pid = 600;
  for (std::size_t i = 0; i < count; ++i) {
    ticks[i].time = kStart + std::chrono::seconds(static_cast<std::int64_t>(kSeconds) * i);
    ticks[i].pid = pid;
    pid += (i + first) % 2 == 0 ? kLight : kHeavy;
    if (pid >= 32768) pid -= 32768 - kReservedPids;
  }
  return ticks;
}

// A sample of every second step saw one of them, and the median is now the one's and now the
// other's.
TEST(PidRange, what_a_host_spends_is_no_one_jobs) {
  const double rate = (kLight + kHeavy) / 2.0 / kSeconds;
  for (const std::size_t count : {100U, 101U, 5000U, 16383U, 16384U, 20000U, 24600U})
    for (const std::size_t first : {0U, 1U}) {
      const PidRange range =
          infer_pid_range(two_jobs_in_turn(count, first), StepsElsewhere({}), {});
      // without the steps over wraps, nearly all of which are the dear job's
      EXPECT_NEAR(range.pids_per_second, rate, 0.1 * rate) << count << " " << first;
      EXPECT_NEAR(range.most_per_second, rate, 0.1 * rate) << count << " " << first;
    }
}

TEST(PidRange, one_daily_job_is_not_what_a_host_spends) {
  std::vector<Tick> ticks = two_jobs_in_turn(0, 0);
  Pid pid = 600;
  for (std::size_t i = 0; i < 288; ++i, pid += i == 100 ? 8000 : 10) {
    Tick tick;
    tick.time = kStart + std::chrono::seconds(300 * i);
    tick.pid = pid;
    ticks.push_back(tick);
  }
  const PidRange range = infer_pid_range(ticks, StepsElsewhere({}), {});
  EXPECT_LT(range.pids_per_second, 1.1 * 10 / 300);
  EXPECT_GT(range.most_per_second, 3 * 10.0 / 300);
}

// pid_max is 4194304 at most, and one more than the largest PID.
TEST(PidRange, ends_where_linux_ends) {
  EXPECT_EQ(round_up_pid(kMaxPid - 1), kMaxPid);
  EXPECT_EQ(round_up_pid(kMaxPid), kMaxPid);
  std::vector<Tick> ticks = two_jobs_in_turn(20, 0);
  ticks.back().pid = kMaxPid;
  const PidRange range = infer_pid_range(ticks, StepsElsewhere({}), {});
  EXPECT_LE(range.least_pid_max, range.pid_max);
}

}  // namespace
}  // namespace pidometer
