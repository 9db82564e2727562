#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/cron_log/line_parser.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/log_text.h"
#include "plugin/cron_log/syslog_words.h"
#include "plugin/cron_log/warning_budget.h"
#include "plugin/cron_log/year_tracker.h"

namespace pidometer {

/// Where a log says, or shows, that lines may be missing from the text logs.
struct LossHint {
  std::uint32_t line = 0;
  SyslogWord word = SyslogWord::lost;
  std::string hostname;           ///< of the line; empty where it names none
  std::optional<Timestamp> time;  ///< where the line says its instant itself
  /// From the record before it in its log, where the two are told by one clock.
  std::optional<std::chrono::microseconds> since_record;
};
/// What is behind the last one that is kept is doubtful.
inline constexpr std::size_t kMostHints = 100'000;

/// What one file gave: a stretch of records whose times are still undated (undated_time.h) and
/// whose `source` is a number of the SourceTable.
struct FileLog {
  const LogFile* file = nullptr;
  LogReport report;
  std::size_t begin = 0;  ///< of its records
  std::size_t end = 0;
  Timestamp earliest;  ///< of its records, once they are dated
  Timestamp latest;
  std::vector<YearlessRun> runs;
  LogForm form = LogForm::lines;
  bool has_zoneless = false;  ///< lines with a year and without an offset
  bool has_offsets = false;   ///< lines with an offset of their own
  bool is_journal = false;    ///< instants in UTC, each with the boot it was written in
  bool failed = false;        ///< could not be opened
  bool open_end = false;      ///< the last line is a record that may have lost its end
  bool lost_end = false;      ///< what stood behind the last record is damaged or was not read
  /// The log read before, by its number, that holds the very same records: this one is a copy and
  /// its own are not kept (identical_logs.h).
  std::optional<std::size_t> copy_of;
  std::uint16_t place = 0;  ///< among the reports of its series
  std::vector<UnreadSpan> unread;
  std::vector<LossHint> hints;  ///< in the order of the lines
  std::vector<Warning> warnings;
  /// Lines of a cron that is not read, where there are any; told of also where the log is not kept.
  std::optional<Warning> unread_cron;
  std::map<std::uint16_t, std::uint64_t> source_counts;  ///< records by source
};

/// Reads one file to its end and appends its records. `stopped` comes back true where the monitor
/// asked to stop.
FileLog read_log_file(const LogFile& file, LineParser& parser, std::vector<StoredRecord>& records,
                      const ReadMonitor& monitor, bool& stopped, const LogLimits& limits = {});

}  // namespace pidometer
