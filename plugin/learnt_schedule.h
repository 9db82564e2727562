#pragma once

#include <vector>

#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/timeline/series_report.h"

namespace pidometer {

/// What the records say of the host's schedule: each job, when it is due, and what it costs.
std::vector<LearntJob> learnt_schedule(const LogSeries& log, const PidClock& clock);

}  // namespace pidometer
