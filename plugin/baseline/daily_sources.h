#pragma once

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/common_intervals.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Finds what happens at the same minute of most days and is not logged by cron (a systemd timer at
/// 03:15) and adds it to the expectation. Only what stands out from the local level: day and night
/// are no source. To be called when the level is known.
/// Returns the minutes.
DayMinutes add_daily_sources(const PidClock& clock, Baseline& baseline);

}  // namespace pidometer
