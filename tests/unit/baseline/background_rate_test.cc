#include "plugin/baseline/background_rate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

BackgroundRate rate_of(const PidClock& clock) {
  const IntervalGroups groups = group_intervals(clock);
  const FewRuns few(clock, groups);
  return learn_background_rate(clock, groups, JobCosts(clock, groups, few));
}

/// A job whose intervals last five minutes and ten by turns, and cost so much and 20 or 40 more:
/// four a minute; every second one of a length a `wobble` more, the others as much less.
PidClock two_lengths(int job, int wobble) {
  testing::MadeLog log;
  int minute = 0;
  for (int i = 0; i < 200; ++i) {
    const int length = i % 2 == 0 ? 5 : 10;
    log.tick(minute, {1}, job + 4 * length + (i % 4 < 2 ? wobble : -wobble));
    minute += length;
  }
  log.tick(minute, {1}, 0);
  return log.clock();
}

TEST(BackgroundRate, is_the_slope_from_length_to_length) {
  const BackgroundRate rate = rate_of(two_lengths(6, 0));
  EXPECT_NEAR(rate.per_second, 4.0 / 60, 1e-4);
  EXPECT_NEAR(rate.least, rate.per_second, 1e-9);
  EXPECT_NEAR(rate.most, rate.per_second, 1e-4);
}

// Least squares: the variance of one interval over the lengths' squares around their mean.
TEST(BackgroundRate, leaves_open_three_standard_errors_of_the_slope) {
  const BackgroundRate rate = rate_of(two_lengths(9, 2));
  const double variance = 200 * 4.0 / (200 - 2);
  const double lengths = 200 * 5.0 * 5;  // half minutes: 10 and 20
  const double error = std::sqrt(variance / lengths) / 30;
  EXPECT_NEAR(rate.per_second, 4.0 / 60, 1e-4);
  EXPECT_NEAR(rate.per_second - rate.least, 3 * error, 1e-6);
  EXPECT_NEAR(rate.most - rate.per_second, 3 * error, 1e-4);
}

// Nothing tells the job from the background: it has at least two PIDs, and no more is certain.
TEST(BackgroundRate, of_one_length_may_be_all_but_two_pids_a_job) {
  testing::MadeLog log;
  for (int i = 0; i < 200; ++i) log.tick(10 * i, {1, 2}, 24);
  const BackgroundRate rate = rate_of(log.clock());
  EXPECT_EQ(rate.least, 0);
  EXPECT_NEAR(rate.most, (24.0 - 2 * 2) / 600, 1e-9);
  EXPECT_LE(rate.per_second, rate.most);
}

// What grows faster than in proportion leaves the jobs less than they take: the slope is no rate.
TEST(BackgroundRate, leaves_each_job_two_pids) {
  const BackgroundRate rate = rate_of(two_lengths(0, 0));
  EXPECT_NEAR(rate.per_second, (30.0 - 2) / 450, 1e-9);
  EXPECT_NEAR(rate.most, rate.per_second, 1e-9);
}

}  // namespace
}  // namespace pidometer
