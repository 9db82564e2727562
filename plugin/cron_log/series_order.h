#pragma once

#include <span>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// Removes records that stand in two files of the series (rotations copied or packed twice; syslog
/// beside cron.log): same second, PID, event, label, host and program. What one file holds twice
/// stays twice. A file's last line that lost its end is the line of another file that begins so.
/// The counts of the reports follow: records become duplicate_lines.
void drop_duplicates(std::span<FileLog> logs, const SourceTable& sources,
                     std::span<const JobLabel> labels, std::vector<StoredRecord>& records);

/// Takes the records out of the files' stretches, which must lie in the order of the files.
/// `dropped` is parallel to `records`.
void remove_records(std::span<FileLog> logs, std::vector<StoredRecord>& records,
                    const std::vector<bool>& dropped);

/// Puts the files one after the other by the time of their first record, and merges by time those
/// that overlap. The order within a file stays. Files' stretches (begin, end) lose their meaning.
void order_records(std::span<const FileLog> logs, std::vector<StoredRecord>& records);

}  // namespace pidometer
