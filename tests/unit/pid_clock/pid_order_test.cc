#include "plugin/pid_clock/pid_order.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pidometer {
namespace {

// One job every ten minutes; `pid` gives the n-th one's PID.
template <typename PidOf>
PidOrder order_of(std::size_t jobs, PidOf pid) {
  std::vector<Reading> readings(jobs);
  for (std::size_t i = 0; i < jobs; ++i) {
    readings[i].time = Timestamp(std::chrono::minutes(10 * i));
    readings[i].pid = pid(i);
  }
  return judge_pid_order(readings);
}

// Even, and without any order: the fractions of the multiples of squares of an irrational number.
Pid scattered(std::size_t i) {
  const double x = 0.6180339887498949 * static_cast<double>(i * i % 99991);
  return 300 + static_cast<Pid>((x - static_cast<double>(static_cast<std::size_t>(x))) * 32000);
}

TEST(JudgePidOrder, needs_steps_enough) {
  EXPECT_EQ(order_of(0, scattered).kind, PidOrderKind::sequential);
  EXPECT_EQ(order_of(1, scattered).kind, PidOrderKind::sequential);
  EXPECT_EQ(order_of(40, scattered).kind, PidOrderKind::sequential);
  EXPECT_EQ(order_of(200, scattered).kind, PidOrderKind::random);
  EXPECT_EQ(order_of(200, scattered).steps, 199U);
  EXPECT_EQ(order_of(50000, scattered).kind, PidOrderKind::random);
}

// OpenBSD's, up to 99999; and a few lines whose PIDs somebody forged.
TEST(JudgePidOrder, one_large_pid_makes_no_counter) {
  for (const std::size_t jobs : {80U, 500U, 20000U})
    for (const std::size_t forged : {std::size_t{1}, jobs / 200})
      EXPECT_EQ(order_of(jobs,
                         [&](std::size_t i) {
                           return i % 50 == 7 && i < 50 * forged ? 4000000U : 3 * scattered(i);
                         })
                    .kind,
                PidOrderKind::random)
          << jobs << " " << forged;
}

TEST(JudgePidOrder, one_usual_distance_is_a_counter) {
  // half a round and a third of a round each time, the falls of the first are half of the steps
  EXPECT_EQ(
      order_of(500, [](std::size_t i) { return static_cast<Pid>(300 + i * 16111 % 32468); }).kind,
      PidOrderKind::sequential);
  EXPECT_EQ(
      order_of(500, [](std::size_t i) { return static_cast<Pid>(300 + i * 11003 % 32468); }).kind,
      PidOrderKind::sequential);
}

// `pid` gives the n-th PID of each of so many hosts that have the same schedule, a second apart.
template <typename PidOf>
PidOrder order_of_hosts(std::size_t hosts, std::size_t jobs, PidOf pid) {
  std::vector<Reading> readings(hosts * jobs);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    readings[i].time =
        Timestamp(std::chrono::minutes(10 * (i / hosts)) + std::chrono::seconds(i % hosts));
    readings[i].pid = pid(i % hosts, i / hosts);
  }
  return judge_pid_order(readings);
}

TEST(JudgePidOrder, hosts_that_the_lines_do_not_name_are_several_counters) {
  const auto apart = [](std::size_t host, std::size_t i) {
    return static_cast<Pid>(300 + (700 + 9000 * host + (11 + host) * i) % 32468);
  };
  for (const std::size_t hosts : {2U, 3U, 4U, 5U, 6U, 8U, 12U, 20U}) {
    const PidOrder order = order_of_hosts(hosts, 2000, apart);
    EXPECT_EQ(order.kind, PidOrderKind::several) << hosts;
    EXPECT_FALSE(order.is_clock());
    EXPECT_GE(order.falls, 2000U - 10 * hosts);
    EXPECT_LE(order.falls_dealt, 20 + 5 * hosts);
  }
  EXPECT_EQ(order_of_hosts(1, 2000, apart).kind, PidOrderKind::sequential);
  // too few lines to tell
  EXPECT_EQ(order_of_hosts(2, 18, apart).kind, PidOrderKind::sequential);
}

// As many as may be dealt to make a few counters of chance, too.
TEST(JudgePidOrder, pids_at_random_are_not_several_counters) {
  std::uint64_t state = 1;
  for (const std::size_t jobs : {300U, 1000U, 5000U, 30000U}) {
    const PidOrder order = order_of(jobs, [&](std::size_t i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      // uneven, so that it is not told for random
      const auto pid = static_cast<Pid>(300 + (state >> 33U) % 30000);
      return i % 3 == 0 ? pid / 4 : pid;
    });
    EXPECT_EQ(order.kind, PidOrderKind::sequential) << jobs;
  }
}

// However few lines a second counter has, as long as it writes throughout the log.
TEST(JudgePidOrder, another_counter_of_few_lines) {
  for (const std::size_t one_in : {3U, 5U, 10U, 17U}) {
    const PidOrder order = order_of(3000, [&](std::size_t i) {
      return static_cast<Pid>(i % one_in == 0 ? 12000 + 7 * i : 700 + 7 * i);
    });
    EXPECT_EQ(order.kind, PidOrderKind::several) << one_in;
  }
}

// Of a counter that has nearly all of the lines, and stretches for itself, the others are foreign.
TEST(JudgePidOrder, a_few_lines_of_another_do_not_make_several) {
  for (const std::size_t one_in : {5U, 10U}) {
    const PidOrder order = order_of(3000, [&](std::size_t i) {
      return static_cast<Pid>(i % one_in == 0 && i < 2000 ? 12000 + 7 * i : 700 + 7 * i);
    });
    EXPECT_EQ(order.kind, PidOrderKind::sequential) << one_in;
  }
}

// Lines in the wrong order have their times in it too.
TEST(JudgePidOrder, lines_in_the_wrong_order_are_of_one_counter) {
  std::vector<Reading> readings(1000);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const std::size_t place = i ^ 1U;
    readings[i].time = Timestamp(std::chrono::minutes(10 * place));
    readings[i].pid = static_cast<Pid>(1000 + 10 * place);
  }
  EXPECT_EQ(judge_pid_order(readings).kind, PidOrderKind::sequential);
}

TEST(JudgePidOrder, boots_and_wraps_are_one_counter) {
  // booted once in so many jobs, to nearly the same PIDs or to just the same
  for (const std::size_t uptime : {2U, 3U, 5U, 18U})
    for (const std::size_t more : {0U, 7U})
      EXPECT_EQ(order_of(2000,
                         [&](std::size_t i) {
                           return static_cast<Pid>(600 + i / uptime * 31 % 13 * more +
                                                   400 * (i % uptime));
                         })
                    .kind,
                PidOrderKind::sequential)
          << uptime << " " << more;
  // a wrap every eight jobs
  EXPECT_EQ(
      order_of(2000, [](std::size_t i) { return static_cast<Pid>(300 + i * 4001 % 32468); }).kind,
      PidOrderKind::sequential);
}

TEST(JudgePidOrder, two_values_in_turn_are_boots) {
  EXPECT_EQ(order_of(500, [](std::size_t i) { return i % 2 == 0 ? Pid{700} : scattered(i); }).kind,
            PidOrderKind::sequential);
}

TEST(JudgePidOrder, jobs_of_one_tick_tell_a_fast_counter_from_chance) {
  for (const bool neighbours : {true, false}) {
    std::vector<Reading> readings;
    for (std::size_t i = 0; i < 400; ++i)
      for (std::size_t job = 0; job < 2; ++job) {
        Reading r;
        r.time = Timestamp(std::chrono::minutes(10 * i));
        r.pid = neighbours ? scattered(i) + static_cast<Pid>(job) : scattered(2 * i + job);
        r.label = static_cast<std::uint32_t>(job);
        readings.push_back(r);
      }
    const PidOrder order = judge_pid_order(readings);
    EXPECT_EQ(order.kind, neighbours ? PidOrderKind::too_fast : PidOrderKind::random);
    EXPECT_EQ(order.steps, 399U);
  }
}

}  // namespace
}  // namespace pidometer
