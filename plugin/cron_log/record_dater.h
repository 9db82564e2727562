#pragma once

#include <vector>

#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/year_resolver.h"

namespace pidometer {

/// Turns the undated times of one file's records into instants, in place, and dates its report and
/// its unread spans. Adds warnings to the log where times are in doubt. Sets StoredRecord::file.
void date_records(FileLog& log, std::uint16_t file, const YearDecision& years, const TimeZone& zone,
                  std::vector<StoredRecord>& records);

}  // namespace pidometer
