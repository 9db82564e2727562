#pragma once

#include <cstdint>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// The boots that a series' lines name, each a number from 1 in the order of the sources; 0 of a
/// source that names none. Parallel to series.sources.
std::vector<std::uint32_t> number_boots(const LogSeries& series);

}  // namespace pidometer
