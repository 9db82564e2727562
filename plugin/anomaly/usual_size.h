#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace pidometer {

/// The usual size of work that comes again and again. Sizes are a product of many things: their
/// logarithms are compared, with Student's t because even of many none shows the tail.
struct UsualSize {
  double middle = 0;     ///< median of the logarithms
  double spread = 1;     ///< and theirs; no work is more alike from day to day than a tenth
  unsigned degrees = 1;  ///< of Student's t, at most 15: more than 16 show no thinner a tail

  /// Of a size in PIDs, in spreads of its logarithm.
  double deviations(double pids) const { return (std::log(std::max(pids, 1.0)) - middle) / spread; }
};

/// Of natural logarithms of PIDs, one at least; changes them.
UsualSize usual_size(std::span<double> logs);

}  // namespace pidometer
