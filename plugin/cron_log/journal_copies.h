#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/lost_copies.h"

namespace pidometer {

/// How the text logs of a folder agree with the journals beside them.
struct JournalCopies {
  std::uint64_t within = 0;  ///< records of text logs, with a PID, in the journals' time
  std::uint64_t copies = 0;  ///< those of them that the journals hold too
  /// Copies by what is to be added to their times to get the journals', where that is not 0: the
  /// zone that they were dated by is not the one that the host had then.
  std::map<std::chrono::minutes, std::uint64_t> shifted;
  /// A log and its rotations of which a considerable part is dated otherwise than in the journals,
  /// and not by one zone for long: what single lines of it lack is not judged.
  struct Misdated {
    std::string log;
    std::string journal;
    std::uint64_t records = 0;
    std::uint64_t within = 0;
  };
  std::vector<Misdated> misdated;
  /// What one of the two lacks.
  std::vector<LostCopies> lost;

  /// Most records in common time are in one of the two alone: they are not one host's.
  bool disagree() const;
};

/// A syslog daemon beside journald writes each line a second time. Removes from the text logs the
/// records that a journal holds too (JournalTwins). The journal's stays: its times are exact and it
/// names the boot. What else the text logs hold of a host whose copies were found is from then on
/// of the journal's name for it (`web-1.example.org`): new sources. Each log and its rotations may
/// hold a line: all of its copies are removed, as are those that are dated otherwise (`misdated`).
/// What is an edited or an inserted line is a record, and its PID no reading of the clock.
/// Removes nothing where the two disagree. The counts of the reports follow: records become
/// duplicate_lines.
JournalCopies drop_journal_copies(std::span<FileLog> logs, SourceTable& sources,
                                  std::span<const JobLabel> labels,
                                  std::vector<StoredRecord>& records);

}  // namespace pidometer
