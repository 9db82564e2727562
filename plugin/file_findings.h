#pragma once

#include <span>
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

/// Logs whose file was made long before their first record, which no older log precedes: lines at
/// the start are missing that the schedule had (three at least, by how many there are in as long a
/// time behind it), or it is a log that is rotated in place (copytruncate). Not where a daemon's
/// start is the first thing in it: the file came with the system. A `record_gap` of cause
/// `unknown`; on the same conditions as late_written_logs().
std::vector<Anomaly> early_made_logs(const LogSeries& log, const PidClock& clock);

/// Logs with records that are older than their file: sed -i, most editors and `grep -v >` with mv
/// write a new one in the old one's place (`log_rewritten`). So does who restores a backup or
/// copies a tree: nothing is said unless two other files of the folder, `beside`, are older than
/// the log's first record. Of rotations that were copied or compressed, which are younger than all
/// of their records, nothing is said either.
std::vector<Anomaly> rewritten_logs(std::span<const LogFile* const> beside, const LogSeries& log,
                                    const PidClock& clock);

/// All of that: tells `anomalies` of missing rotations, and adds what the files themselves say.
void add_file_findings(std::span<const LogFile* const> beside, const LogSeries& log,
                       const PidClock& clock, std::vector<Anomaly>& anomalies);

}  // namespace pidometer
