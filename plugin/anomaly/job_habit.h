#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugin/anomaly/seen_share.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A job that now and then costs much more than it usually does (it walks through files that grow)
/// explains an excess with the chance with which it did so before. An intruder, by contrast, comes
/// beside all jobs alike: only what is clearly more frequent beside one set of jobs is its habit.
class JobHabit {
 public:
  JobHabit(const PidClock& clock, const Baseline& baseline, const WindowScan& scan);

  /// The window's score, no larger than what the habit of its main interval leaves of it; `share`,
  /// where it is asked for, says how often that was seen.
  double explained(const Window& window, SeenShare* share = nullptr);

 private:
  struct Far {
    std::uint32_t comparable;
    double deviations;
    std::uint32_t interval;
  };

  std::optional<double> far_out(std::uint32_t interval) const;
  double near_by(std::uint32_t interval, double least, double most) const;
  std::span<const Far> beside(std::uint32_t comparable);
  double everywhere(double least, double most);

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  std::vector<Far> far_;               ///< by comparable
  std::vector<std::uint32_t> starts_;  ///< of each comparable's
  std::vector<bool> sorted_;           ///< each comparable's by deviations
  std::vector<double> all_;  ///< deviations of all of them, ascending; filled when asked for
  std::size_t judged_ = 0;
};

}  // namespace pidometer
