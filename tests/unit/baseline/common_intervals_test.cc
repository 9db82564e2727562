#include "plugin/baseline/common_intervals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "plugin/baseline/baseline.h"
#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

// Sixteen of 10 and 12 PIDs by turns: a variance of 16 / 15 around the mean, which costs a degree
// of freedom, and a sixteenth of that more, because the mean is known from sixteen.
TEST(CommonIntervals, vary_as_their_mean_does_which_they_taught) {
  testing::MadeLog log;
  for (int hour = 0; hour < 16; ++hour) log.tick(60 * hour, {1}, hour % 2 == 0 ? 10 : 12);
  log.tick(16 * 60, {1}, 0);
  const Baseline baseline = learn_baseline(log.clock());
  ASSERT_EQ(baseline.expected.size(), 16U + 1);
  EXPECT_FLOAT_EQ(baseline.expected[8].mean, 11);
  EXPECT_FLOAT_EQ(baseline.expected[8].variance, 16.0F / 15 * 17 / 16);
  EXPECT_EQ(baseline.comparables[baseline.expected[8].comparable].degrees, 15U);
}

/// Whether a hundred intervals of 10 PIDs, three of which took 500 and these some others, agree.
bool agree(std::initializer_list<int> others) {
  testing::MadeLog log;
  std::vector<int> pids(100, 10);
  for (const std::size_t far : {20U, 41U, 62U}) pids[far] = 500;
  std::ranges::copy(others, pids.begin() + 80);
  for (int hour = 0; hour < std::ssize(pids); ++hour)
    log.tick(60 * hour, {1}, pids[static_cast<std::size_t>(hour)]);
  log.tick(60 * 100, {1}, 0);
  const Baseline baseline = learn_baseline(log.clock());
  return baseline.comparables[baseline.expected[50].comparable].agree;
}

// What is far out is what is looked for, and one may lack a PID: an intruder's work elsewhere must
// not hide that another job did not run.
TEST(CommonIntervals, agree_but_for_what_is_far_out_and_one) {
  EXPECT_TRUE(agree({}));
  EXPECT_TRUE(agree({9}));
  EXPECT_FALSE(agree({9, 9}));
}

}  // namespace
}  // namespace pidometer
