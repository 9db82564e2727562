#pragma once

#include "base/timestamp.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/year_resolver.h"

namespace pidometer {

/// How sure the instants of one log are, and why. What the user says counts as known.
TimeBasis describe_time_basis(const FileLog& log, const YearDecision& years,
                              const LogSeriesOptions& options);

}  // namespace pidometer
