#include "plugin/anomaly/tail_chance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace pidometer {
namespace {

// P(X >= x) by summing the probabilities of a negative binomial count.
double sum_tail(double x, double mean, double variance) {
  const double size = mean * mean / (variance - mean);
  const double share = mean / variance;
  double sum = 0;
  for (double k = x; k < x + 2000; ++k)
    sum += std::exp(std::lgamma(k + size) - std::lgamma(size) - std::lgamma(k + 1) +
                    size * std::log(share) + k * std::log1p(-share));
  return sum;
}

TEST(SurpriseOfCount, agrees_with_the_sum_of_probabilities) {
  struct Case {
    double x, mean, variance;
  };
  for (const Case& c : std::vector<Case>{{3, 1, 2}, {10, 2, 6}, {40, 20, 60}, {1, 0.1, 0.3}}) {
    SCOPED_TRACE(c.x);
    EXPECT_NEAR(surprise_of_count(c.x - c.mean, c.mean, c.variance),
                -std::log10(sum_tail(c.x, c.mean, c.variance)), 1e-6);
  }
}

TEST(SurpriseOfCount, poisson_where_the_spread_is_no_larger) {
  const double chance = 1 - std::exp(-1.0) * (1 + 1 + 0.5);  // P(X >= 3), mean 1
  EXPECT_NEAR(surprise_of_count(2, 1, 1), -std::log10(chance), 1e-6);
  // a mean of 5 that varies as a mean of 1 does: four of the five are constant
  EXPECT_NEAR(surprise_of_count(2, 5, 1), -std::log10(chance), 1e-6);
}

TEST(SurpriseOfCount, far_tail_goes_on_smoothly_and_ends_at_the_cap) {
  double last = 0;
  for (double excess = 1; excess < 1500; excess *= 1.1) {
    const double score = surprise_of_count(excess, 0.02, 0.02);
    EXPECT_GT(score, last);
    last = score;
  }
  EXPECT_DOUBLE_EQ(surprise_of_count(1e7, 0.02, 0.02), kMostScore);
  EXPECT_DOUBLE_EQ(surprise_of_count(0, 1, 1), 0);
  EXPECT_DOUBLE_EQ(surprise_of_count(-5, 1, 1), 0);
}

TEST(SurpriseOfCount, says_where_it_is_a_bound) {
  EXPECT_FALSE(is_chernoff_bound(0, 1, 1));
  for (const double variance : {0.5, 1.5}) {  // Poisson, negative binomial
    double excess = 1;
    while (!is_chernoff_bound(excess, 0.5, variance)) excess *= 1.01;
    EXPECT_NEAR(surprise_of_count(excess, 0.5, variance), 200, 5) << "it goes on where it begins";
    EXPECT_GE(surprise_of_count(excess / 1.02, 0.5, variance), 190);
  }
}

TEST(SurpriseOfCount, has_no_negative_nought) {
  EXPECT_FALSE(std::signbit(surprise_of_count(1e-300, 1e3, 1e3)));
  EXPECT_FALSE(std::signbit(score_over_looks(1e-9, 1e12)));
}

TEST(SurpriseOfBursts, has_the_heavier_tail) {
  for (const double excess : {60.0, 120.0, 240.0})
    EXPECT_LT(surprise_of_bursts(excess, 60, 400), surprise_of_count(excess, 60, 400));
  EXPECT_DOUBLE_EQ(surprise_of_bursts(0, 60, 400), 0);
}

TEST(SurpriseOfT, known_quantiles) {
  EXPECT_NEAR(surprise_of_t(6.314, 1), -std::log10(0.05), 1e-3);
  EXPECT_NEAR(surprise_of_t(2.353, 3), -std::log10(0.05), 1e-3);
  EXPECT_NEAR(surprise_of_t(2.457, 30), -std::log10(0.01), 1e-3);
  EXPECT_DOUBLE_EQ(surprise_of_t(-1, 3), 0);
}

TEST(ScoreOverLooks, is_the_chance_of_any_of_them) {
  struct Case {
    double score, looks, want;
  };
  for (const Case& c : std::vector<Case>{{0, 1000, 0},
                                         {-1, 10, 0},
                                         {2, 1, 2},
                                         {std::log10(2), 2, -std::log10(0.75)},
                                         {1.5, 1000, 0},
                                         {3, 1000, -std::log10(1 - std::exp(-1.0005))},
                                         {20, 1000, 17},
                                         {5000, 100, 4998}}) {
    SCOPED_TRACE(c.score);
    EXPECT_NEAR(score_over_looks(c.score, c.looks), c.want, 1e-5);
    EXPECT_GE(score_over_looks(c.score, c.looks), 0.0);
    EXPECT_FALSE(std::signbit(score_over_looks(c.score, c.looks)));
  }
  // no step where one formula takes over from the other
  EXPECT_NEAR(score_over_looks(15.0001, 1000), score_over_looks(14.9999, 1000), 3e-4);
}

TEST(ExpectedCount, is_that_of_windows_that_chance_makes) {
  EXPECT_NEAR(expected_count(4, 1000), 0.1, 1e-4);
  EXPECT_NEAR(expected_count(0.5, 10), -10 * std::log(1 - std::pow(10.0, -0.5)), 1e-9);
  EXPECT_GT(expected_count(0, 10), 1e9);
}

TEST(NormalDeviations, inverts_the_normal_tail) {
  EXPECT_NEAR(normal_deviations(2), 2.3263, 1e-3);
  EXPECT_NEAR(normal_deviations(-std::log10(0.05)), 1.6449, 1e-3);
}

TEST(TDeviations, inverts_the_tail_of_t) {
  EXPECT_NEAR(t_deviations(-std::log10(0.05), 1), 6.3138, 1e-3);
  EXPECT_NEAR(t_deviations(-std::log10(0.05), 3), 2.3534, 1e-3);
  EXPECT_NEAR(t_deviations(2, 1000), normal_deviations(2), 1e-2);
  EXPECT_NEAR(surprise_of_t(t_deviations(4.5, 5), 5), 4.5, 1e-6);
}

}  // namespace
}  // namespace pidometer
