#include "plugin/baseline/common_intervals.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace pidometer
