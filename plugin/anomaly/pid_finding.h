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

/// The excess, rounded, and its 90% range.
void set_excess(Anomaly& anomaly, double excess, double variance);

/// From how often chance alone makes such a window in a month: `looks` windows were looked at in
/// `days` of log.
Level level_of(double score, double looks, double days);

}  // namespace pidometer
