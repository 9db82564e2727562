#pragma once

#include "base/timestamp.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/year_resolver.h"

namespace pidometer {

/// How sure the instants of one log are, and why. What the user says counts as known.
/// TimeBasis::certainty is one of these words, which the schemas enumerate:
///   exact                          each line says it, or the user
///   taken_from_plaso               each row says it, as Plaso found years and zone
///   zone_inferred                  by the host's own files
///   zone_assumed_utc               nothing says it
///   year_inferred                  by the file's times and the order of its lines
///   year_assumed                   nothing says it
///   year_and_zone_inferred
///   year_inferred_zone_assumed_utc
///   year_assumed_zone_inferred
///   year_assumed_zone_assumed_utc
TimeBasis describe_time_basis(const FileLog& log, const YearDecision& years,
                              const LogSeriesOptions& options);

}  // namespace pidometer
