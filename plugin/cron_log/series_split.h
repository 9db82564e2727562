#pragma once

#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// All logs of a folder, dated and without duplicates.
struct AllLogs {
  std::vector<FileLog> logs;  ///< in the order in which they were read
  std::vector<StoredRecord> records;
  std::vector<const FileLog*> by_path;  ///< into `logs`, by FileLog::place
};

/// Gives `take` a series for each host (host_groups.h), with its records in order and their roles
/// settled, one after the other: a log server has a thousand hosts.
void make_series(AllLogs read, const SourceTable& sources, std::vector<JobLabel> labels,
                 const SeriesSink& take);

}  // namespace pidometer
