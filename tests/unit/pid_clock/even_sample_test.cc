#include "plugin/pid_clock/even_sample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace pidometer {
namespace {

TEST(EvenSample, few_are_all_taken) {
  const EvenSample all(5, 8);
  ASSERT_EQ(all.size(), 5U);
  for (std::size_t k = 0; k < all.size(); ++k) EXPECT_EQ(all[k], k);
  EXPECT_EQ(all.each(), 1.0);
  EXPECT_EQ(EvenSample(0, 8).size(), 0U);
}

TEST(EvenSample, positions_rise_and_are_of_all_parts) {
  for (const std::size_t n : {9U, 16U, 1000U, 12345U}) {
    const EvenSample some(n, 8);
    ASSERT_EQ(some.size(), 8U);
    for (std::size_t k = 0; k < 8; ++k) {
      EXPECT_GE(some[k], n * k / 8);
      EXPECT_LT(some[k], n * (k + 1) / 8);
    }
    EXPECT_NEAR(some.each() * 8, static_cast<double>(n), 1e-9);
  }
}

// Jobs that take turns, in whatever number: each has its share of the sample.
TEST(EvenSample, falls_in_step_with_no_schedule) {
  constexpr std::size_t kMost = 4000;
  for (const std::size_t times : {2U, 3U, 5U, 12U, 24U})
    for (const std::size_t jobs : {2U, 3U, 5U, 6U, 12U}) {
      const EvenSample some(times * kMost, kMost);
      std::vector<double> of_job(jobs);
      for (std::size_t k = 0; k < some.size(); ++k) of_job[some[k] % jobs] += 1;
      const double share = static_cast<double>(kMost) / static_cast<double>(jobs);
      for (const double count : of_job)  // five standard deviations of a share taken by chance
        EXPECT_LT(std::abs(count - share), 5 * std::sqrt(share)) << times << " " << jobs;
    }
}

}  // namespace
}  // namespace pidometer
