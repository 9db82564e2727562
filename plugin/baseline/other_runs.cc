#include "plugin/baseline/other_runs.h"

#include <cmath>

#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// Jobs that run rarely cost what they find to do: besides the spread of the other runs, which has a
// degree of freedom less than they are, this share of the cost with one degree (a scaled inverse
// chi-squared prior): so many degrees in all as there are other runs. With one more, and their
// squares divided by one more, of jobs that vary by two fifths of their cost one run in seventy was
// beyond the point of one in a thousand where three others are known, one in thirty where two are.
constexpr double kOwnSpreadShare = 0.05;
constexpr double kOwnDegrees = 1;

// One other run says nothing of the spread: the guess alone, with two degrees. (With one the tail
// is so heavy that whoever puts a line elsewhere too hides a hundred PIDs beside it.)
constexpr double kOneRunDegrees = 2;

// Quartiles know a normal sample's spread as well as its squares do of so large a share of it.
constexpr double kQuartilesEfficiency = 0.37;

// With no other run there is only the additive fit: a third of the cost and three PIDs off is
// nothing unusual (cron.daily of one real host: 183 to 190, but 387 and 410 on some days).
constexpr double kAloneShare = 0.33;
constexpr double kAlonePids = 3;

constexpr double kMostDegrees = 30;

// Others "agree exactly": their residuals differ by rounding of the fit only.
constexpr double kAgreePids = 0.25;

}  // namespace

OtherRuns summary(std::vector<double>& residuals, const CostRange& range) {
  OtherRuns o;
  o.n = residuals.size();
  o.least = range.least;
  o.most = range.most;
  if (residuals.empty()) return o;
  o.median = median_of(residuals);
  o.low = *std::ranges::min_element(residuals);
  o.high = *std::ranges::max_element(residuals);
  // the far half of many runs may hold what we look for: spread from the quartiles there
  if (residuals.size() > kLeaveOneOut) {
    const auto quarter = static_cast<std::ptrdiff_t>(residuals.size() / 4);
    std::ranges::nth_element(residuals, residuals.begin() + quarter);
    const double first = residuals[static_cast<std::size_t>(quarter)];
    std::ranges::nth_element(residuals, residuals.end() - 1 - quarter);
    const double spread = (*(residuals.end() - 1 - quarter) - first) / kIqrOfNormal;
    o.variance = spread * spread;
    o.degrees = kQuartilesEfficiency * static_cast<double>(o.n);
    return o;
  }
  o.degrees = static_cast<double>(o.n - 1);
  if (o.n == 1) return o;
  for (const double r : residuals) o.variance += (r - o.median) * (r - o.median);
  o.variance /= o.degrees;
  return o;
}

double guess_alone(double mean) {
  return kAlonePids + kAloneShare * mean;
}

Spread by_others(double predicted, const OtherRuns& others, double least) {
  const double mean = std::max(least, predicted + others.median);
  const auto n = static_cast<double>(others.n);
  if (others.n == 0) {
    const double spread = guess_alone(mean);
    return {mean, spread * spread, 1};
  }
  const double own = kOwnSpreadShare * mean;
  if (others.n == 1) return {mean, own * own, kOneRunDegrees};
  const double degrees = others.degrees + kOwnDegrees;
  const double variance = (others.degrees * others.variance + kOwnDegrees * own * own) / degrees;
  // of a run, and of the median; that of two is their mean
  const double error = (others.n > 2 ? kMedianError * kMedianError : 1) / n;
  return {mean, variance * (1 + error), degrees};
}

Comparable compared(const OtherRuns& others, double degrees) {
  Comparable c;
  if (others.n > 0) {
    c.low = others.least;
    c.high = others.most;
  }
  c.rare = true;
  c.samples = static_cast<std::uint32_t>(others.n);
  c.degrees = static_cast<std::uint16_t>(std::min(degrees, kMostDegrees));
  return c;
}

bool agree(const OtherRuns& others) {
  return others.n >= 2 && others.high - others.low < kAgreePids;
}

}  // namespace pidometer
