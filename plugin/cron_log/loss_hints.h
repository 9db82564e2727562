#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plugin/cron_log/copy_shifts.h"
#include "plugin/cron_log/journal_twins.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// Closed stretches of time, joined where they meet.
class TimeStretches {
 public:
  void add(Timestamp begin, Timestamp end);
  /// To be called once all are added.
  void settle();
  bool touches(Timestamp begin, Timestamp end) const;

 private:
  std::vector<std::pair<Timestamp, Timestamp>> stretches_;
};

/// When lines may have been lost on their way into text logs without anybody's doing, by what all
/// logs of the folder and the journals say.
struct LossHints {
  TimeStretches told;  ///< the syslog daemon, or journald of it, said something: no margins
  TimeStretches near;  ///< so close to that, or between a stop and the next line, that it explains
  /// By host (JournalTwins::host_of): from the last record of a boot to the first of the next.
  std::vector<TimeStretches> boots;
  std::vector<TimeStretches> by_boot;  ///< with margins: the daemon comes late and goes early
  TimeStretches broken;  ///< journals are damaged there, or time runs backwards in them
};

/// `copied`: times of the journals' records
/// that stand in a text log too, ascending: the daemon wrote then.
LossHints find_loss_hints(std::span<const FileLog> logs, const std::vector<StoredRecord>& records,
                          const SourceTable& sources, const JournalTwins& twins,
                          const CopyShifts& shifts, std::span<const Timestamp> copied);

}  // namespace pidometer
