#include "plugin/baseline/other_runs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace pidometer {
namespace {

OtherRuns runs_of(std::vector<double> residuals) {
  CostRange range;
  range.add(90);
  return summary(residuals, range);
}

// Three runs have two degrees of freedom, and a twentieth of the cost counts as one more.
TEST(OtherRuns, have_as_many_degrees_as_they_are) {
  const Spread spread = by_others(98, runs_of({12, 2, -8}), 1);
  EXPECT_EQ(spread.mean, 100);
  EXPECT_EQ(spread.degrees, 3);
  const double of_a_run = (2 * 100.0 + 5 * 5) / 3;
  EXPECT_NEAR(spread.variance, of_a_run * (1 + std::numbers::pi / 2 / 3), 0.01);
}

TEST(OtherRuns, of_which_there_is_one_leave_a_guess_of_two_degrees) {
  const Spread spread = by_others(98, runs_of({2}), 1);
  EXPECT_EQ(spread.mean, 100);
  EXPECT_EQ(spread.degrees, 2);
  EXPECT_NEAR(spread.variance, 5 * 5, 1e-9);
}

TEST(OtherRuns, of_which_there_is_none_leave_a_guess) {
  const Spread spread = by_others(100, runs_of({}), 1);
  EXPECT_EQ(spread.degrees, 1);
  EXPECT_NEAR(spread.variance, std::pow(guess_alone(100), 2), 1e-9);
}

// Of many the quartiles say how much they vary, and know it as well as a third of the squares do.
TEST(OtherRuns, of_which_there_are_many_vary_as_their_quartiles) {
  std::vector<double> residuals;
  for (int k = -30; k <= 30; ++k) residuals.push_back(k);
  residuals.back() = 5000;
  const OtherRuns runs = runs_of(residuals);
  EXPECT_NEAR(runs.variance, std::pow(30 / 1.349, 2), 20);
  EXPECT_NEAR(runs.degrees, 61 * 0.37, 0.01);
}

}  // namespace
}  // namespace pidometer
