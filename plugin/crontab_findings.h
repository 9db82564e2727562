#pragma once

#include <string>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/plugin.h"

namespace pidometer {

/// Whose log it is that is laid beside the host's crontabs.
struct LoggedHost {
  const std::string& hostname;  ///< of the series
  bool one_of_several = false;  ///< the folder's logs are of several hosts
};

/// What log and crontabs of a host do not have in common, each way (`schedule_mismatch`). What was
/// compared goes to the mediator (report_crontabs), and warnings of crontabs that are damaged or
/// not understood: those never make a finding. Nothing of a loose log, or of recovered ones.
std::vector<Anomaly> crontab_findings(const HostSeries& series, const LogSeries& log,
                                      const PidClock& clock, const LoggedHost& host,
                                      Mediator& mediator);

}  // namespace pidometer
