#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/timestamp.h"

namespace pidometer {

/// What a journal beside a text log says of lines that one of the two lacks. Spelled as in the
/// rows.
enum class AgainstJournal : std::uint8_t {
  lines_removed,         ///< nothing but an edit explains what the text log lacks
  job_left_out,          ///< one job's lines, for which a rule of the syslog daemon may be
  daemon_restarted,      ///< the daemon stopped or started in that time, not close to all of them
  host_booted,           ///< the host was booted in that time, not close to all of them
  log_silent,            ///< no text log of the host has a line there
  scattered,             ///< in so many places that the way into the text log must lose lines
  journal_file_missing,  ///< the text log has records between two files of the journal
  line_edited,           ///< a line of the text log is another one in the journal
  line_inserted,         ///< a line of the text log is none in the journal
};

/// A text log laid beside the journal that its lines should be in as well.
struct JournalComparison {
  std::uint64_t within = 0;   ///< records of the log that lie in the journals' time
  std::uint64_t copies = 0;   ///< those of them that a journal holds too
  std::uint64_t missing = 0;  ///< records of the journals that the log lacks, told in findings
  /// What the log lacks between two copied lines and is no finding, by reason.
  std::map<std::string, std::uint64_t> not_judged;
};

/// What became of one log, for the summary. Counts of lines add up: records + other_lines +
/// unparsed_lines + duplicate_lines == lines.
struct LogReport {
  FileEntry entry;
  std::string sha256;
  std::uint64_t lines = 0;
  std::uint64_t records = 0;
  std::uint64_t other_lines = 0;  ///< of other programs, or blank
  std::uint64_t unparsed_lines =
      0;  ///< cron's, by the look of them, and still no dialect takes them
  std::uint64_t duplicate_lines = 0;  ///< stand in another log of the series too; counted there
  /// Why lines are no records, and how many: those of other_lines and unparsed_lines.
  std::map<std::string, std::uint64_t> lines_skipped;
  std::optional<Timestamp> first_record;
  std::optional<Timestamp> last_record;
  std::vector<std::string> dialects;  ///< most used first
  std::string hostname;  ///< of the records, most frequent; empty where the framing has none
  TimeBasis time_basis;
  std::string year_basis;  ///< how the year was found, in words
  /// In bytes of the decoded log: what the evidence lacks, the end of the log where it is no text,
  /// and lines that are too long to be read.
  std::vector<DamagedRange> damage;
  std::uint64_t nul_bytes = 0;       ///< of the log, as they stand in the evidence
  std::uint64_t unreadable_end = 0;  ///< bytes behind the last line of text that are no text
  bool reordered = false;  ///< its records are not kept in the order of its lines (file_order.h)
  /// False: the stream broke off, and what is counted is what came before; or its checksum is
  /// wrong.
  bool complete = true;
  std::optional<JournalComparison> beside_journal;  ///< of a text log whose copies were found
};

/// What came of the search for deleted lines on one volume, for the summary.
struct RecoveryReport {
  std::uint64_t searched_bytes = 0;  ///< free space and slack looked through
  std::uint64_t files = 0;           ///< deleted logs that were found as files
  std::uint64_t fragments = 0;       ///< runs of lines that were carved
  std::uint64_t partial_lines = 0;   ///< cut by the border of a block, never completed by guess
  std::uint64_t lone_lines = 0;      ///< without a neighbour, and therefore not taken for a log's
  std::vector<std::string> problems;
};

}  // namespace pidometer
