#include "plugin/baseline/known_sets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

constexpr int kFirstPids = 6;
constexpr int kSecondPids = 8;
constexpr int kBothPids = 11;
constexpr int kTurn = 23;  // minutes: no part of an hour or a day, so that nothing is due

/// A first and a second job by turns, some minutes apart; and what `end` adds from the next
/// turn's minute on.
template <typename End>
PidClock by_turns(const End& end) {
  testing::MadeLog log;
  int minute = 0;
  for (int i = 0; i < 40; ++i, minute += kTurn)
    log.tick(minute, {i % 2 == 0 ? 1U : 2U}, i % 2 == 0 ? kFirstPids : kSecondPids);
  end(log, minute);
  return log.clock();
}

struct Known {
  Known(const PidClock& clock, double least_rate)
      : groups(group_intervals(clock)), sets(clock, groups, least_rate) {}

  /// Of the kind of interval that begins at the tick before so many last ones.
  std::optional<KnownCost> before_last(const PidClock& clock, std::size_t ticks,
                                       bool with_dearest = false) const {
    const std::size_t interval = clock.ticks.size() - 1 - ticks;
    return sets.of(groups.groups.at(groups.of_interval[interval]), with_dearest);
  }

  IntervalGroups groups;
  KnownSets sets;
};

TEST(KnownSets, count_the_common_intervals_of_each_job) {
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    log.tick(minute, {1, 3}, 20);
    log.tick(minute + kTurn, {1}, 0);
  });
  const Known known(clock, 0);
  // the last one's has two jobs behind it: none of the kind
  EXPECT_EQ(known.sets.runs(1), 20U);
  EXPECT_EQ(known.sets.runs(2), 19U);
  EXPECT_EQ(known.sets.runs(3), 0U);
}

// Jobs that never ran together: the sum of both, with the background taken once.
TEST(KnownSets, that_hold_all_jobs_together_bound_what_they_cost) {
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    log.tick(minute, {1, 2}, 30);
    log.tick(minute + kTurn, {1}, 0);
  });
  constexpr double kRate = 0.001;
  const auto cost = Known(clock, kRate).before_last(clock, 1);
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(cost->most, kFirstPids + kSecondPids - 60 * kTurn * kRate, 1e-9);
  // none ever varied, and may; and each mean is known from so many
  EXPECT_NEAR(cost->variance, 0.5 / 20 * (1 + 1.0 / 20) + 0.5 / 19 * (1 + 1.0 / 19), 1e-9);
  EXPECT_NEAR(cost->degrees, 37, 2);  // of 20 and 19
}

// ... unless one set holds them: it is no dearer than it.
TEST(KnownSets, one_that_holds_all_jobs_is_taken_before_several) {
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    for (int i = 0; i < 15; ++i, minute += kTurn) log.tick(minute, {1, 2, 3}, kBothPids);
    log.tick(minute, {1, 2}, 30);
    log.tick(minute + kTurn, {1}, 0);
  });
  const auto cost = Known(clock, 0).before_last(clock, 1);
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(cost->most, kBothPids, 1e-9);
}

TEST(KnownSets, a_longer_interval_costs_in_proportion_and_each_next_job_a_pid) {
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    for (int i = 0; i < 3; ++i, minute += 2 * kTurn)
      log.tick(minute, {9}, 20);  // as long as is usual here
    log.tick(minute, {1}, 90);
    log.tick(minute + 2 * kTurn, {2, 1}, 0);
  });
  const auto cost = Known(clock, 0).before_last(clock, 1);
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(cost->most, kFirstPids * 2 + 1, 1e-9);
}

// Far out as it is: what the mean leaves out may be a run all the same.
TEST(KnownSets, tell_what_the_dearest_run_of_each_cost) {
  constexpr int kDearest = 17;
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    for (const int pids : {kDearest, kFirstPids}) {
      log.tick(minute, {1}, pids);
      log.tick(minute + kTurn, {2}, kSecondPids);
      minute += 2 * kTurn;
    }
    log.tick(minute, {1, 2}, 30);
    log.tick(minute + kTurn, {1}, 0);
  });
  constexpr double kRate = 0.001;
  const Known known(clock, kRate);
  const auto cost = known.before_last(clock, 1, true);
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(cost->dearest, kDearest + kSecondPids - 60 * kTurn * kRate, 1e-9);
  EXPECT_EQ(cost->runs, 21U);  // of the second: behind the last one are two jobs
  EXPECT_NEAR(cost->most, kFirstPids + kSecondPids - 60 * kTurn * kRate, 1e-9);
}

TEST(KnownSets, say_nothing_of_a_job_that_is_not_known) {
  const PidClock unknown = by_turns([](testing::MadeLog& log, int minute) {
    log.tick(minute, {1, 3}, 30);
    log.tick(minute + kTurn, {1}, 0);
  });
  EXPECT_FALSE(Known(unknown, 0).before_last(unknown, 1).has_value());
}

// Two runs cost no more than two intervals that have one each, and what a third one does besides.
TEST(KnownSets, of_a_job_that_runs_twice_hold_it_twice) {
  const PidClock clock = by_turns([](testing::MadeLog& log, int minute) {
    log.tick(minute, {1, 1, 2}, 100);
    log.tick(minute + kTurn, {1}, 0);
  });
  const auto cost = Known(clock, 0).before_last(clock, 1, true);
  ASSERT_TRUE(cost.has_value());
  EXPECT_DOUBLE_EQ(cost->most, 2 * kFirstPids + kSecondPids);
  EXPECT_DOUBLE_EQ(cost->dearest, 2 * kFirstPids + kSecondPids);
}

}  // namespace
}  // namespace pidometer
