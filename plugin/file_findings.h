#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Gaps between two logs whose names say that a rotation between them is missing (cron.1 and
/// cron.3, or weeks without a dated one) have that for a cause: nobody need have removed a line.
void explain_by_rotations(const LogSeries& log, std::vector<Anomaly>& anomalies);

/// Logs whose file was written to long after its last record: at least two ticks that the schedule
/// has lie between the two, so that lines at the end are missing, or the file was changed without
/// one. Only of files with times of their own (in an image), which hold nothing but cron's lines,
/// and whose records have a sure zone. A `record_gap` of cause `unknown`: the PIDs of what is
/// missing are not known.
std::vector<Anomaly> late_written_logs(const LogSeries& log, const PidClock& clock);

}  // namespace pidometer
