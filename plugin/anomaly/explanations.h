#pragma once

#include <cstdint>
#include <vector>

#include "plugin/anomaly/daily_bursts.h"
#include "plugin/anomaly/job_habit.h"
#include "plugin/anomaly/job_spill.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// All that explains an excess with the chance with which it did so before.
class Explanations {
 public:
  Explanations(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
      : scan_(scan),
        spill_(clock, scan),
        habit_(clock, baseline, scan),
        bursts_(clock, scan, spill_, habit_),
        by_jobs_(clock.intervals.size(), kUnknown) {}

  /// The window's score, no larger than what any of them leaves of it. What explains one interval
  /// of a window is taken out of the window.
  double explained(const Window& window);

 private:
  static constexpr float kUnknown = -1;
  static constexpr float kNot = -2;

  float by_jobs(std::uint32_t interval);

  const WindowScan& scan_;
  JobSpill spill_;
  JobHabit habit_;
  DailyBursts bursts_;
  std::vector<float>
      by_jobs_;  ///< what a job leaves of an interval's score; kNot: it explains nothing
};

}  // namespace pidometer
