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

/// Records that a journal holds and a text log of the same lines lacks, or the reverse.
struct LostCopies {
  /// Of the missing ones so many are quoted: enough to see what they are about.
  static constexpr std::size_t kMostQuoted = 20;

  AgainstJournal verdict = AgainstJournal::lines_removed;
  /// The two records around, in the log that lacks what is missing. Both are in the text log and in
  /// the journal; their times are the journal's.
  RecordPlace first;
  RecordPlace last;
  std::uint32_t first_kept = 0;  ///< those of the journal, as indices into LogSeries::records
  std::uint32_t last_kept = 0;
  std::uint64_t missing = 0;
  Timestamp first_missing;
  Timestamp last_missing;
  std::vector<RecordPlace> quoted;  ///< the first of them, where they stand
  std::uint64_t copied = 0;         ///< records of the text log and its rotations that are copies
  /// Of one job alone, where `one_job`.
  bool one_job = false;
  std::string username;
  std::string command;
};

}  // namespace pidometer
