#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/plugin.h"
#include "plugin/witness/witness.h"

namespace pidometer {

/// What the other logs of the host say beside each finding, parallel to `anomalies`; what became of
/// their files goes to the mediator. `several_hosts`: the folder's cron logs are of several. All
/// empty where the series has no witnesses.
std::vector<WindowWitnesses> find_witnesses(const HostSeries& series, const LogSeries& log,
                                            const PidClock& clock,
                                            const std::vector<Anomaly>& anomalies,
                                            const PluginOptions& options, bool several_hosts,
                                            Mediator& mediator);

}  // namespace pidometer
