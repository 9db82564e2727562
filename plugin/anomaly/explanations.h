#pragma once

#include "plugin/anomaly/daily_bursts.h"
#include "plugin/anomaly/job_habit.h"
#include "plugin/anomaly/job_spill.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// All that explains an excess with the chance with which it did so before.
class Explanations {
 public:
  Explanations(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
      : spill_(clock, scan), habit_(clock, baseline, scan), bursts_(clock, scan, spill_, habit_) {}

  /// The window's score, no larger than what any of them leaves of it.
  double explained(const Window& window);

 private:
  JobSpill spill_;
  JobHabit habit_;
  DailyBursts bursts_;
};

}  // namespace pidometer
