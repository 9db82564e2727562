#include "plugin/anomaly/tail_chance.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace pidometer {
namespace {

namespace policies = boost::math::policies;

// Tails need no more than double's own precision, and underflow to 0 is expected far out.
using Fast = policies::policy<policies::promote_double<false>,
                              policies::domain_error<policies::errno_on_error>,
                              policies::overflow_error<policies::errno_on_error>,
                              policies::evaluation_error<policies::errno_on_error>>;

// Below this chance the exact functions lose their digits; Chernoff's bound is off by less than one
// in a hundred of the score there.
constexpr double kSmallestChance = 1e-200;

/// Sums with 0 here and below make a plain 0 of the -0 that is the logarithm's of a chance of 1.
double capped(double score) {
  return std::clamp(score, 0.0, kMostScore) + 0.0;
}

// Chernoff: P(X >= x) <= exp(-x ln(x/m) + (x + k) ln((x + k) / (m + k))), k = 0 for none
double chernoff(double x, double mean, double size) {
  const double own = x * std::log(x / mean);
  const double rest = size > 0 ? (x + size) * std::log((x + size) / (mean + size)) : x - mean;
  return (own - rest) / std::log(10.0);
}

/// A count as far out as it was seen.
struct SeenCount {
  SeenCount(double excess, double random_mean, double variance)
      // less spread than a Poisson count of that mean has: part of the mean is constant, too
      : mean(std::min(random_mean, variance)),
        x(mean + excess),
        poisson(variance <= mean * 1.0001),
        size(poisson ? 0 : mean * mean / (variance - mean)),
        chance(poisson ? boost::math::gamma_p(x, mean, Fast())
                       : boost::math::ibeta(x, size, 1 - mean / variance, Fast())) {}

  double mean;
  double x;
  bool poisson;
  double size;    ///< of the negative binomial; 0: Poisson
  double chance;  ///< of so much or more
};

}  // namespace

double surprise_of_count(double excess, double random_mean, double variance) {
  if (!(excess > 0)) return 0;
  const SeenCount seen(excess, random_mean, variance);
  if (seen.chance > kSmallestChance) return capped(-std::log10(seen.chance));
  return capped(chernoff(seen.x, seen.mean, seen.size));
}

bool is_chernoff_bound(double excess, double random_mean, double variance) {
  return excess > 0 && !(SeenCount(excess, random_mean, variance).chance > kSmallestChance);
}

double surprise_of_bursts(double excess, double random_mean, double variance) {
  if (!(excess > 0)) return 0;
  const double sigma_square = std::log1p(variance / (random_mean * random_mean));
  const double distance = std::log1p(excess / random_mean) + sigma_square / 2;
  const double chance = std::erfc(distance / std::sqrt(2 * sigma_square)) / 2;
  return chance > 0 ? capped(-std::log10(chance)) : kMostScore;
}

double surprise_of_t(double deviations, unsigned degrees) {
  if (!(deviations > 0)) return 0;
  const boost::math::students_t_distribution<double, Fast> t(std::max(1U, degrees));
  const double chance = boost::math::cdf(boost::math::complement(t, deviations));
  return chance > 0 ? capped(-std::log10(chance)) : kMostScore;
}

double expected_count(double score, double looks) {
  // -looks ln(1 - p): for a chance that is not small the count of independent looks that miss
  return looks * -std::log1p(-std::pow(10.0, -score));
}

double score_over_looks(double score, double looks) {
  if (!(score > 0)) return 0;
  // where the count is this small, it is the chance, and the power of ten may be below any double
  constexpr double kTiny = -12;
  const double log_count = std::log10(looks) - score;
  if (log_count < kTiny) return std::min(score, -log_count);
  const double chance = -std::expm1(-expected_count(score, looks));
  return std::clamp(-std::log10(chance), 0.0, score) + 0.0;
}

double surprise_of_number(double count, double mean) {
  if (mean >= count) return 0;
  const double log_chance =
      count * std::log(mean) - mean - std::lgamma(count + 1) - std::log1p(-mean / (count + 1));
  return std::max(0.0, -log_chance / std::log(10.0));
}

bool may_be_chance(double count, double mean) {
  constexpr double kOneJobInTwenty = 1.3;  // -log10
  return surprise_of_number(count, mean) < kOneJobInTwenty;
}

namespace {

double chance_of(double score) {
  return std::pow(10.0, -std::clamp(score, 0.4, 300.0));
}

}  // namespace

double normal_deviations(double score) {
  const boost::math::normal_distribution<double, Fast> normal;
  return boost::math::quantile(boost::math::complement(normal, chance_of(score)));
}

double t_deviations(double score, unsigned degrees) {
  const boost::math::students_t_distribution<double, Fast> t(std::max(1U, degrees));
  return boost::math::quantile(boost::math::complement(t, chance_of(score)));
}

}  // namespace pidometer
