#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A `record_out_of_sequence` for each line that a text log has otherwise than the journal or
/// alone, and a `record_gap` for each other one of the series' lost copies: lines that the journal
/// holds and a text log lacks, or the reverse. Causes and levels: docs/pid_clock.md, "Lines that
/// one of two logs lacks".
std::vector<Anomaly> journal_findings(const LogSeries& log, const PidClock& clock);

}  // namespace pidometer
