#pragma once

#include <vector>

#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/period_coverage.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What the log could have shown: for each day (week, month of a long log) how much of it was
/// judged, and the smallest excess in one interval that would have been an alarm. A quiet period
/// is worth what it could have shown. In order of time; periods without a tick are left out.
std::vector<PeriodCoverage> cover_periods(const PidClock& clock, const WindowScan& scan,
                                          Explanations& explanations);

}  // namespace pidometer
