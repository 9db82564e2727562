#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// The host name of most records of a file; empty where the framing has none.
std::string main_hostname(const FileLog& log, const SourceTable& sources);

/// Files by host, as indices into `logs` (dated). One group unless host names disagree AND the logs
/// cannot be one counter: they cover the same time, or the later one does not go on where the
/// earlier one stood. A file without host names, or with no record, goes with the first group.
std::vector<std::vector<std::size_t>> group_by_host(std::span<const FileLog> logs,
                                                    const SourceTable& sources,
                                                    const std::vector<StoredRecord>& records);

}  // namespace pidometer
