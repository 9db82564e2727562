#pragma once

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// The row of a window of intervals: bounds, sums, range, comparables; score and level from the
/// window's score.
Anomaly pid_finding(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                    const Window& window, AnomalyKind kind);

/// How much an excess may be off, and what of that variance is known from few others.
struct ExcessVariance {
  double all = 0;
  double few = 0;
  unsigned degrees = 0;  ///< of Student's t for that part; 0: there is none

  /// Of a sum.
  void add(const ExcessVariance& other);
};

/// In how many of its standard deviations to either side an excess lies in nine of ten cases: 1.645
/// of a normal variable, Student's quantile of what is known from few, and of both the mean by
/// their variances (Cochran and Cox 1950: no less than that).
double range_deviations(const ExcessVariance& variance);

/// The variance of a row's stretch.
ExcessVariance variance_of(const WindowScan& scan, const Window& stretch);

/// Where an excess lies in nine of ten cases.
struct ExcessRange {
  double low = 0;
  double high = 0;
  double start_cost = 0;  ///< PIDs that starts of the daemon in it were given, `high` with them:
                          ///< they may have cost less, and the rest been somebody's
};

/// Of a row's stretch.
ExcessRange excess_range(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                         const Window& stretch);

/// The excess, rounded, and its 90% range.
void set_excess(Anomaly& anomaly, double excess, const ExcessVariance& variance);

/// From how often chance alone makes such a window in a month: `looks` windows were looked at in
/// `days` of log.
Level level_of(double score, double looks, double days);

}  // namespace pidometer
