#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What the records say of the schedule without any clock: crontabs that were replaced, removed or
/// read anew, and jobs that start to run although the log before them is long enough to have had
/// them. A job counts as new if it was silent for half as long again as it ever is afterwards, and
/// for a day; one that ran once only, if it was silent for 32 days (a monthly job is no news).
std::vector<Anomaly> schedule_findings(const LogSeries& log, const PidClock& clock);

}  // namespace pidometer
