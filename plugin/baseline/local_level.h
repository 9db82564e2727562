#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "plugin/baseline/day_minutes.h"
#include "plugin/baseline/day_profile.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

struct Baseline;
struct IntervalGroups;

/// The slow part of the background: what the hours of the day do to it where that is a habit, and
/// an exponentially weighted rate of what is left of the residuals on BOTH sides of a window, the
/// window itself left out.
class LocalLevel {
 public:
  /// No level: every window gets 0.
  LocalLevel() = default;

  /// Chooses the hours and the decay that predict this host's residuals best, among them none at
  /// all. Needs the expectations and the host's variance. The minutes `daily` have work of their
  /// own, and teach nothing.
  static LocalLevel learn(const PidClock& clock, const IntervalGroups& groups,
                          const Baseline& baseline, const DayMinutes& daily);

  bool used() const { return !before_.empty() || !hours_.empty(); }

  /// Expected surplus of intervals [begin, end) that last so long, in PIDs.
  double pids(std::size_t begin, std::size_t end, double seconds) const {
    return hours(begin, end) + rate(begin, end) * seconds;
  }

  /// What the hours of the day are expected to add, in PIDs.
  double hours(std::size_t begin, std::size_t end) const {
    return hours_.empty() ? 0 : hours_[end] - hours_[begin];
  }

  /// What lies beside the intervals has beyond its hours, per second.
  double rate(std::size_t begin, std::size_t end) const {
    if (before_.empty()) return 0;
    const Sums& a = before_[begin];
    const Sums& b = after_[end];
    const double seconds = static_cast<double>(a.seconds) + b.seconds;
    return seconds > 0 ? gain_ * (static_cast<double>(a.pids) + b.pids) / seconds : 0;
  }

  /// The same by the higher one of the two sides.
  double higher_rate(std::size_t begin, std::size_t end) const {
    if (before_.empty()) return 0;
    const auto side = [this](const Sums& s) {
      return s.seconds > 0 ? gain_ * static_cast<double>(s.pids) / s.seconds : 0;
    };
    return std::max({rate(begin, end), side(before_[begin]), side(after_[end])});
  }

 private:
  struct Sums {
    float pids = 0;
    float seconds = 0;
  };

  void choose(const PidClock& clock, const Baseline& baseline, std::span<const LevelPiece> pieces,
              std::span<const float> hours);

  std::vector<double> hours_;  ///< PIDs of the intervals before index i; empty: no habit
  std::vector<Sums> before_;   ///< of the intervals before index i
  std::vector<Sums> after_;    ///< of the intervals from index i on
  double decay_ = 0;
  double gain_ = 0;
  double explained_ = 0;  ///< share of the squared residuals
};

}  // namespace pidometer
