#pragma once

#include <vector>

#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/reading.h"

namespace pidometer {

/// The records of a log as readings of the PID clock, in log order; Reading::record is the index
/// into LogSeries::records. Records without a PID give none.
std::vector<Reading> readings_of(const LogSeries& log);

}  // namespace pidometer
