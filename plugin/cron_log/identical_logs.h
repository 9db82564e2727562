#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// Knows the logs of one folder that were read, to tell when one is a copy of another: `cp syslog
/// syslog.bak` has every line at the same byte and a modification time of its own, which would date
/// it in another year.
///
/// Two logs are one where they have as many lines, and where their records are equal one by one:
/// byte offset, line, time as written, PID, label, host and program. What other programs wrote
/// between them does not matter.
class IdenticalLogs {
 public:
  /// `logs` are those read before `log`, oldest modification time first; `records` ends with the
  /// undated ones of `log`. Where it is a copy of one of `logs`, its records are removed and become
  /// duplicate_lines, and a warning names both files. Rotations of one log are left alone.
  void fold(const std::vector<FileLog>& logs, FileLog& log, std::vector<StoredRecord>& records);

 private:
  using Shape = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
  /// Numbers of logs by lines, records, and offset of the last record.
  std::map<Shape, std::vector<std::size_t>> known_;
};

/// Once `logs` are dated: the report of a copy says of its records what that of the first log says.
void describe_copies(std::vector<FileLog>& logs);

}  // namespace pidometer
