#pragma once

#include <string>

#include "base/pid.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/timeline/pid_birth.h"

namespace pidometer {

/// When the counter handed out `pid`, by each boot session and each time that it went round.
///
/// Two records bound a birth: the PID of the first was handed out before it, that of the second
/// behind it. A record is written when its process has just been born; its time is the lower bound
/// of what follows to a second, since cron writes within one.
HostBirths pid_births(const LogSeries& log, const PidClock& clock, Pid pid, std::string hostname);

}  // namespace pidometer
