#pragma once

#include <memory>
#include <span>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {

/// All that a finding was made of: the lines and readings around it, every interval that a
/// pid_excess or pid_deficit was compared with, and the arithmetic in its order. `parts`: of an
/// activity, the findings that it sums up; it has a table of their windows' intervals, and the sum.
std::shared_ptr<const Explanation> explain_finding(const LogSeries& log, const DetectorInput& input,
                                                   const Anomaly& anomaly,
                                                   std::span<const Anomaly* const> parts = {});

}  // namespace pidometer
