#pragma once

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// The row of a window of intervals: bounds, sums, range, comparables; score and level from the
/// window's score.
Anomaly pid_finding(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                    const Window& window, AnomalyKind kind);

/// Standard deviations to either side that hold 90% of a normal variable.
inline constexpr double k90Percent = 1.645;

/// Where an excess lies in nine of ten cases.
struct ExcessRange {
  double low = 0;
  double high = 0;
  double start_cost = 0;  ///< PIDs that starts of the daemon in it were given, `high` with them:
                          ///< they may have cost less, and the rest been somebody's
};

/// Of a row's stretch.
ExcessRange excess_range(const PidClock& clock, const Baseline& baseline, const Window& stretch);

/// The excess, rounded, and its 90% range.
void set_excess(Anomaly& anomaly, double excess, double variance);

/// From how often chance alone makes such a window in a month: `looks` windows were looked at in
/// `days` of log.
Level level_of(double score, double looks, double days);

}  // namespace pidometer
