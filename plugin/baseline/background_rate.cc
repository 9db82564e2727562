#include "plugin/baseline/background_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "plugin/baseline/baseline.h"

namespace pidometer {
namespace {

// What the lengths of the intervals that one set of jobs begins say of the background's rate.
struct LengthsOfOneSet {
  double n = 0;
  double sum = 0;  // of half minutes
  double square = 0;
  double spread() const { return n > 0 ? std::max(0.0, square - sum * sum / n) : 0; }
};

}  // namespace

// The rate of the additive fit, but never more than leaves each job the two PIDs that it takes at
// least: cron's child, and the job (measured of plain jobs: three, their shell too). Where each set
// of jobs has one length the fit shares out what cannot be told apart, and its error is without
// bound: the slope's standard error of a least squares line through what the same jobs cost over
// other lengths.
BackgroundRate learn_background_rate(const PidClock& clock, const IntervalGroups& groups,
                                     const JobCosts& costs) {
  constexpr double kHalfMinute = 30;
  double left = 0;
  double seconds = 0;
  double squares = 0;
  double degrees = 0;
  // In the order of the sets' ids: sums of doubles depend on it.
  std::vector<LengthsOfOneSet> lengths(clock.item_sets.size());
  for (const IntervalGroup& group : groups.groups) {
    if (!group.common) continue;
    const auto n = static_cast<double>(group.core.n);
    const auto jobs = static_cast<double>(clock.item_sets.labels(group.items).size());
    left += n * (group.core.mean - kLeastJobPids * jobs);
    seconds += n * kHalfMinute * group.half_minutes;
    squares += group.core.square_sum;
    degrees += std::max(0.0, static_cast<double>(group.core.core_n) - 1);
    LengthsOfOneSet& of_set = lengths[group.items];
    of_set.n += n;
    of_set.sum += n * group.half_minutes;
    of_set.square += n * group.half_minutes * group.half_minutes;
  }
  double spread = 0;
  for (const LengthsOfOneSet& of_set : lengths) spread += of_set.spread();
  const double fit = std::max(0.0, costs.per_half_minute() / kHalfMinute);
  const double most = seconds > 0 ? std::max(0.0, left / seconds) : fit;
  const double error = spread > 0 && degrees > 0
                           ? std::sqrt(squares / degrees / spread) / kHalfMinute
                           : std::numeric_limits<double>::infinity();
  BackgroundRate rate;
  rate.per_second = std::min(most, fit);
  rate.least = std::max(0.0, rate.per_second - kBackgroundErrors * error);
  rate.most = std::min(most, fit + kBackgroundErrors * error);
  return rate;
}

}  // namespace pidometer
