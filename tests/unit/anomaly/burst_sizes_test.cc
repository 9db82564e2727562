#include "plugin/anomaly/burst_sizes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace pidometer {
namespace {

// Five of six of two PIDs, and of each size a sixth goes on: four are one in thirty-six.
TEST(BurstSizes, of_two_pids_are_whole_numbers) {
  std::vector<double> pids(150, 2);
  pids.insert(pids.end(), 25, 3);
  pids.insert(pids.end(), 4, 4);
  pids.push_back(5);
  const BurstSizes sizes(pids);
  const BurstSizes::Steps four = sizes.steps(4);
  EXPECT_GT(four.by_logs, 3) << "by their logarithms it is one in thousands";
  EXPECT_NEAR(four.score, std::log10(36), 0.6);
  EXPECT_LT(four.score, four.by_logs);
  EXPECT_NEAR(sizes.steps(6).score - four.score, 2 * std::log10(6), 0.6);
}

// Twenty to sixty: far beyond them the logarithms decide, as they did.
TEST(BurstSizes, of_tens_of_pids_are_told_by_their_logarithms) {
  std::vector<double> pids;
  for (int size = 20; size <= 60; ++size) pids.push_back(size);
  const BurstSizes::Steps many = BurstSizes(pids).steps(1000);
  EXPECT_EQ(many.score, many.by_logs);
  EXPECT_GT(many.score, 4);
}

TEST(BurstSizes, that_are_all_alike_leave_it_to_their_logarithms) {
  const BurstSizes::Steps more = BurstSizes(std::vector<double>(20, 30)).steps(60);
  EXPECT_EQ(more.larger, 0);
  EXPECT_EQ(more.score, more.by_logs);
  EXPECT_EQ(BurstSizes(std::vector<double>(20, 30)).steps(10).score, 0.0);
}

}  // namespace
}  // namespace pidometer
