#include "plugin/anomaly/burst_sizes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "plugin/anomaly/tail_chance.h"

namespace pidometer {

// Small sizes are whole numbers: of bursts of two PIDs and now and then three the logarithms do not
// show how seldom four are. The upper half of the sizes says how soon they become fewer: as
// geometric ones of that mean, if no sooner by their logarithms.
BurstSizes::BurstSizes(std::span<const double> pids) {
  std::vector<double> logs;
  for (const double size : pids) logs.push_back(std::log(size));
  logs_ = usual_size(logs);
  const std::span<const double> upper = pids.subspan(pids.size() / 2);
  middle_ = upper.front();
  double more = 0;
  for (const double size : upper) more += size - middle_;
  more /= static_cast<double>(upper.size());
  larger_ = more / (1 + more);
}

BurstSizes::Steps BurstSizes::steps(double pids) const {
  Steps steps{logs_.deviations(pids), logs_.degrees, 0, larger_, middle_, 0, 0};
  steps.by_logs = surprise_of_t(steps.deviations, steps.degrees);
  const double beyond = std::max(0.0, pids - middle_);
  steps.by_pids =
      larger_ > 0 ? std::min(kMostScore, std::log10(2) - beyond * std::log10(larger_)) : kMostScore;
  steps.score = std::min(steps.by_logs, steps.by_pids);
  return steps;
}

double BurstSizes::usual() const {
  return std::exp(logs_.middle);
}

}  // namespace pidometer
