#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/pid.h"
#include "base/timestamp.h"
#include "plugin/cron_log/log_report.h"

namespace pidometer {

/// A record by its place in a log, whether or not its series keeps it.
struct RecordPlace {
  const LogFile* file = nullptr;
  Timestamp time;
  std::uint64_t offset = 0;  ///< bytes into the decoded log
  std::uint32_t line = 0;    ///< from 1
  Pid pid = 0;
};

/// Records that a journal holds and a text log of the same lines lacks, or the reverse; or one line
/// of the text log that the journal does not have so: AgainstJournal::line_edited, line_inserted.
struct LostCopies {
  /// Of the missing ones so many are quoted: enough to see what they are about.
  static constexpr std::size_t kMostQuoted = 20;

  AgainstJournal verdict = AgainstJournal::lines_removed;
  /// The two records around, in the log that lacks what is missing. Both are in the text log and in
  /// the journal; their times are the journal's.
  /// Of a single line: both are that line, dated as the text log dates it.
  RecordPlace first;
  RecordPlace last;
  std::uint32_t first_kept = 0;  ///< those of the journal, as indices into LogSeries::records
  std::uint32_t last_kept = 0;
  std::uint64_t missing = 0;
  Timestamp first_missing;
  Timestamp last_missing;
  std::vector<RecordPlace> quoted;  ///< the first of them, where they stand
  /// Of a single line: the copies around it in the text log (file null: none), whether the
  /// journal's is of the same second or two, and whether a harmless cause is likely.
  RecordPlace previous = {};
  RecordPlace next = {};
  bool same_time = false;
  bool doubtful = false;
  std::uint64_t copied = 0;  ///< records of the text log and its rotations that are copies
  /// Of one job alone, where `one_job`.
  bool one_job = false;
  std::string username;
  std::string command;
};

inline bool is_single_line(AgainstJournal verdict) {
  return verdict == AgainstJournal::line_edited || verdict == AgainstJournal::line_inserted;
}

}  // namespace pidometer
