#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// What is to be added to the times of text logs' records to get those of the journals' copies: not
/// 0 where the zone that they were dated by is not the one that the host had then. It is found
/// stretch by stretch, since a host may move, and daylight saving begin.
class CopyShifts {
 public:
  CopyShifts() = default;
  CopyShifts(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
             const JournalTwins& twins);

  /// By index into the records; 0 for those of journals.
  std::chrono::minutes of(std::size_t record) const {
    return record < steps_.size() ? steps_[record] * JournalTwins::kZoneStep
                                  : std::chrono::minutes(0);
  }

 private:
  void lay(const FileLog& log, const std::vector<StoredRecord>& records, const JournalTwins& twins,
           const std::vector<std::int8_t>& candidates);

  std::vector<std::int8_t> steps_;  ///< of each record; empty where all are 0
};

}  // namespace pidometer
