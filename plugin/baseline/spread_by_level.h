#pragma once

#include <cstddef>
#include <vector>

#include "plugin/baseline/local_level.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Where a spread is measured a squared deviation counts up to 4 standard deviations.
inline constexpr double kClipSquare = 16;

struct Comparable;
struct Expectation;

/// The busier a host is, the more it varies: what to multiply a variance by that was measured over
/// all loads together, as a function of the local level.
class SpreadByLevel {
 public:
  /// Varies alike at every level.
  SpreadByLevel() = default;

  /// Measures by classes of the level what is left of the residuals; the variance never falls while
  /// the level rises.
  static SpreadByLevel learn(const PidClock& clock, const std::vector<Expectation>& expected,
                             const std::vector<Comparable>& comparables, const LocalLevel& level);

  /// `usual`: PIDs of the random part of the mean; `level`: what the local level adds to them.
  double factor(double usual, double level) const;

 private:
  struct Knot {
    double busyness;
    double log_factor;
  };

  std::vector<Knot> knots_;  ///< by busyness
  double busiest_ = 0;       ///< up to here it was measured
};

}  // namespace pidometer
