#pragma once

#include <cstddef>
#include <span>

#include "plugin/anomaly/usual_size.h"

namespace pidometer {

/// The sizes of bursts that are alike, and how surprising one is that is as large.
class BurstSizes {
 public:
  /// The arithmetic of one size.
  struct Steps {
    double deviations = 0;  ///< of its logarithm
    unsigned degrees = 1;   ///< of Student's t for these
    double by_logs = 0;     ///< -log10 of the chance by them
    double larger = 0;      ///< share of those of the middle size or more that have a PID more
    double middle = 0;      ///< that size
    double by_pids = 0;     ///< -log10 of the chance by that share
    double score = 0;       ///< the smaller of the two
  };

  BurstSizes() = default;
  /// Of PIDs, ascending, one at least.
  explicit BurstSizes(std::span<const double> pids);

  Steps steps(double pids) const;

  /// The median of the logarithms.
  double usual() const;

 private:
  UsualSize logs_;
  double middle_ = 0;
  double larger_ = 0;
};

}  // namespace pidometer
