#pragma once

#include <optional>
#include <vector>

#include "base/warning.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/plugin.h"

namespace pidometer {

/// The warning of a pid_max that is no larger than PIDs of the log: no host hands such out. What is
/// counted over wraps by the user's is wrong then, and the image's is wrong itself; of that, only
/// where the clock did not believe it is it to be told. Nothing where the PIDs of all jobs are
/// below.
std::optional<Warning> pid_max_warning(const LogSeries& log, const std::vector<Reading>& readings,
                                       const ClockOptions& options);

/// Warns of a zone that the user gave, and that the log's own offsets, or else the host's own zone,
/// contradict: a mistyped one moves all findings by hours.
void warn_of_contradicted_zone(const HostSeries& series, const LogSeries& log,
                               const PluginOptions& options, Mediator& mediator);

/// Warns of lines that stand among those of the host, were given to it by its counter
/// (host_groups.h) and have another's name. A host that was renamed for good has none, nor one that
/// is `localhost` until the network tells it its name.
void warn_of_other_names(const LogSeries& log, Mediator& mediator);

/// Warns of logs of the series of which an unknown rest is lost: a compressed rotation that ends
/// too early. What else is damaged is told with the lines that it hits.
void warn_of_truncated_logs(const LogSeries& log, Mediator& mediator);

}  // namespace pidometer
