#pragma once

#include <vector>

#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/plugin.h"

namespace pidometer {

/// Warns where the user's pid_max is no larger than PIDs of the log: no host hands such out, and
/// what is counted over wraps is wrong then.
void warn_of_pid_max(const LogSeries& log, const std::vector<Reading>& readings,
                     const PluginOptions& options, Mediator& mediator);

/// Warns of logs of the series of which an unknown rest is lost: a compressed rotation that ends
/// too early. What else is damaged is told with the lines that it hits.
void warn_of_truncated_logs(const LogSeries& log, Mediator& mediator);

}  // namespace pidometer
