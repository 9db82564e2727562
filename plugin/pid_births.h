#pragma once

#include <cstddef>
#include <optional>
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
///
/// With `near` only the births nearest to that time: those whose bounds hold it, or else those
/// whose bounds are nearest. Of at most kMostBirths the lines are read.
HostBirths pid_births(const LogSeries& log, const PidClock& clock, Pid pid,
                      std::optional<Timestamp> near, std::string hostname);

inline constexpr std::size_t kMostBirths = 1000;

}  // namespace pidometer
