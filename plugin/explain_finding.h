#pragma once

#include <memory>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {

/// Every interval that a pid_excess or pid_deficit was compared with, with its lines, and the
/// numbers of the arithmetic; null for other kinds, whose rows hold all their numbers.
std::shared_ptr<const Explanation> explain_finding(const LogSeries& log, const PidClock& clock,
                                                   const Baseline& baseline, const WindowScan& scan,
                                                   const Anomaly& anomaly);

}  // namespace pidometer
