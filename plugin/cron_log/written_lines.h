#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/pid.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// The lines of a stretch of a text log, whatever they say, to be asked whether a record stands
/// among them with a wrong byte: a line whose program is not cron any more is no record, and was
/// not removed.
class WrittenLines {
 public:
  /// Lines that begin from `first` on and before `last`, in bytes of the decoded log; none where
  /// they are more than 4 MiB or cannot be read.
  WrittenLines(const LogFile& file, std::uint64_t first, std::uint64_t last);

  /// Whether one of them has the PID and the command, but for one byte of either; or both within
  /// another line, where the line feed between two of them is damaged.
  bool hold_nearly(Pid pid, const JobLabel& job) const;

 private:
  void take(std::string text);

  std::vector<std::string> lines_;
  std::map<Pid, std::vector<std::uint32_t>> by_pid_;  ///< lines in which it stands
  std::vector<std::uint32_t> strange_;                ///< lines that are no records
};

}  // namespace pidometer
