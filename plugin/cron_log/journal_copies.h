#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/lost_copies.h"

namespace pidometer {

/// How the text logs of a folder agree with the journals beside them.
struct JournalCopies {
  std::uint64_t within = 0;  ///< records of text logs, with a PID, in the journals' time
  std::uint64_t copies = 0;  ///< those of them that the journals hold too
  /// What is to be added to the text logs' times to get the journals': not 0 where the zone that
  /// they were dated by is not the host's.
  std::chrono::minutes shift{0};
  /// What one of the two lacks.
  std::vector<LostCopies> lost;

  /// Most records in common time are in one of the two alone: they are not one host's.
  bool disagree() const;
};

/// A syslog daemon beside journald writes each line a second time. Removes from the text logs the
/// records that a journal holds too (JournalTwins). The journal's stays: its times are exact and it
/// names the boot. What else the text logs hold of a host whose copies were found is from then on
/// of the journal's name for it (`web-1.example.org`): new sources. Removes nothing where the two
/// disagree. The counts of the reports follow: records become duplicate_lines.
JournalCopies drop_journal_copies(std::span<FileLog> logs, SourceTable& sources,
                                  std::span<const JobLabel> labels,
                                  std::vector<StoredRecord>& records);

}  // namespace pidometer
