#pragma once

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// The row of a window of intervals: bounds, sums, range, comparables; score and level from the
/// window's score.
Anomaly pid_finding(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                    const Window& window, AnomalyKind kind);

/// `score_log` is the score after allowing for all windows of the log; `days` the log's length.
Level level_of(double score_log, double days);

}  // namespace pidometer
