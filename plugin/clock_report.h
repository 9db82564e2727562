#pragma once

#include <cstdint>
#include <string>

#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/timeline/series_report.h"

namespace pidometer {

/// What the clock made of one log series, for the summary. `readings`: how many there were.
SeriesReport series_report(const LogSeries& log, std::uint64_t readings, const PidClock& clock,
                           bool recovered, std::string hostname);

}  // namespace pidometer
