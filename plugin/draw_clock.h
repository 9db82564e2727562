#pragma once

#include <cstdint>
#include <string>

#include "plugin/anomaly/window_scan.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/timeline/host_clock.h"
#include "plugin/timeline/series_report.h"

namespace pidometer {

/// The clock as a report draws it; `series` and `series_id` as in its rows.
HostClock draw_clock(const LogSeries& log, const PidClock& clock, const WindowScan& scan,
                     const SeriesReport& report, std::uint32_t series, std::string series_id);

}  // namespace pidometer
