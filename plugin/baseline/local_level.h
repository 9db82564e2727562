#pragma once

#include <cstddef>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

struct Expectation;

/// The slow part of the background: an exponentially weighted rate of the residuals on BOTH sides
/// of a window, the window itself left out.
class LocalLevel {
 public:
  /// No level: every window gets 0.
  LocalLevel() = default;

  /// Chooses the decay that predicts this host's residuals best, among them none at all.
  static LocalLevel learn(const PidClock& clock, const std::vector<Expectation>& expected);

  bool used() const { return !before_.empty(); }

  /// Expected surplus per second for intervals [begin, end).
  double rate(std::size_t begin, std::size_t end) const {
    if (!used()) return 0;
    const Sums& a = before_[begin];
    const Sums& b = after_[end];
    const double seconds = static_cast<double>(a.seconds) + b.seconds;
    return seconds > 0 ? gain_ * (static_cast<double>(a.pids) + b.pids) / seconds : 0;
  }

  double decay() const { return decay_; }  ///< in intervals; 0: not used
  double gain() const { return gain_; }

 private:
  struct Sums {
    float pids = 0;
    float seconds = 0;
  };

  std::vector<Sums> before_;  ///< of the intervals before index i
  std::vector<Sums> after_;   ///< of the intervals from index i on
  double decay_ = 0;
  double gain_ = 0;
};

}  // namespace pidometer
