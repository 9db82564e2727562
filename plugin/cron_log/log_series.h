#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cron_record.h"
#include "base/log_file.h"
#include "base/result.h"
#include "base/time_zone.h"
#include "base/timestamp.h"
#include "base/warning.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/cron_log/lost_copies.h"

namespace pidometer {

/// One cron record, dated and compact: a large log has millions. 32 bytes. Strings are interned in
/// the LogSeries.
struct StoredRecord {
  Timestamp time;
  std::uint64_t offset : 40 = 0;  ///< bytes into the decoded log; a terabyte is enough for a log
  std::uint64_t file : 16 = 0;    ///< index into LogSeries::reports
  CronEvent event : 5 = CronEvent::info;
  PidRole pid_role : 3 = PidRole::none;
  std::uint32_t line = 0;  ///< from 1
  Pid pid = 0;
  std::uint32_t label =
      0;  ///< of (username, command): LogSeries::label(); 0 where there is neither
  std::int16_t utc_offset_minutes = 0;
  std::uint16_t source = 0;  ///< index into LogSeries::sources
};
static_assert(sizeof(StoredRecord) == 32);

/// What a label stands for.
struct JobLabel {
  std::string username;
  std::string command;
  /// A line of it has its end; else each may have been cut off, and the command with it.
  bool whole = false;
};

/// Who wrote a line: host, program and form, seldom more than a handful in a log.
struct RecordSource {
  std::string hostname;      ///< as the line has it; empty where the framing has none
  std::string reporter;      ///< program name as written
  std::string_view dialect;  ///< of the table of dialects; empty for [0]
  std::string boot_id;       ///< of a journal's entries: the boot that they were written in
};

/// What is kept of a record bounds what can be read. Lower in tests.
struct LogLimits {
  std::size_t logs = 65535;                             ///< of one folder: StoredRecord::file
  std::uint32_t lines = UINT32_MAX;                     ///< of one log: StoredRecord::line
  std::uint64_t bytes = (std::uint64_t{1} << 40U) - 1;  ///< of one log: StoredRecord::offset
};

/// What the caller knows of the host and wants.
struct LogSeriesOptions {
  std::optional<TimeZone>
      zone;  ///< the user's or the host's; none: UTC by assumption, and the rows say so
  bool zone_is_users = false;  ///< --timezone, not the image's /etc/localtime
  std::string zone_source;     ///< "/etc/localtime"
  /// Name of the host that the zone is of, where it is a guess that the logs are this host's, and
  /// the volume that says so: where the lines name other hosts only, the zone is not used.
  std::string guessed_host = {};
  std::string guessed_from = {};
  std::optional<int> year;  ///< of the last line of the series; wins over every mtime
  LogLimits limits;
};

/// Bytes of a log that gave no record and should have: damaged, or cron's by the look of them.
/// Whoever sees records missing there may not accuse anyone.
struct UnreadSpan {
  std::uint16_t file = 0;  ///< index into LogSeries::reports
  ByteRange range;         ///< of the decoded log
  std::uint32_t first_line = 0;
  std::uint32_t lines = 0;
  bool damaged = false;             ///< damaged bytes; else lines that did not parse
  std::optional<Timestamp> after;   ///< time of the last record before it in that file
  std::optional<Timestamp> before;  ///< time of the first record behind it
};

/// The records of one host out of any number of logs and rotations. Within one file they keep the
/// file's order, also where its clock was set back; files follow one another in time, and files
/// that overlap are merged by time. Order within a second is the clock's business.
struct LogSeries {
  std::vector<StoredRecord> records;
  std::vector<JobLabel> labels;       ///< [0] is empty
  std::vector<RecordSource> sources;  ///< [0] is empty
  /// One a log that holds records of this host, sorted by path; in the first series also the logs
  /// that hold nobody's. A log of several hosts stands in the series of each.
  std::vector<LogReport> reports;
  std::vector<const LogFile*> files;  ///< parallel to reports
  std::vector<bool> owned;            ///< parallel to reports: true in one series a log, the one
                                      ///< that speaks for it where it is counted or told of once
  std::string hostname;               ///< most frequent; empty where the framing has none
  std::vector<UnreadSpan> unread;     ///< by file, then by offset
  std::vector<LostCopies> lost_copies =
      {};                        ///< what a text log and the journal lack of one another
  bool of_another_host = false;  ///< than LogSeriesOptions::guessed_host, by its lines' names
};

/// Receives what goes wrong on the way.
using WarningSink = std::function<void(Warning)>;
/// Told of every block of decoded bytes; false means: stop now (the user interrupted).
using ReadMonitor = std::function<bool(std::uint64_t bytes)>;

/// Takes one series after the other; `several`: the folder has more than this one. False means: no
/// more of them.
using SeriesSink = std::function<bool(LogSeries series, bool several)>;

/// Reads all logs of one folder. Usually one series; more where lines name several hosts and the
/// names are not one counter's (host_groups.h): then one a host, in the order of their first
/// records. What a journal and a text log both hold is counted once, in the journal
/// (journal_copies.h). Lines without a host name go to the only host there is, or are a series of
/// their own. Files without any cron line leave no report, unless they are damaged or their name
/// says cron. Never fails as a whole: a log that cannot be opened is a Warning and an incomplete
/// LogReport. All warnings come before the first series; a series is made when the one before it
/// has been taken, because those of a log server would together be as large as its log once more.
void read_log_series(std::span<const LogFile* const> files, const LogSeriesOptions& options,
                     const WarningSink& warn, const ReadMonitor& monitor, const SeriesSink& take);

/// All of them at once.
std::vector<LogSeries> read_log_series(std::span<const LogFile* const> files,
                                       const LogSeriesOptions& options, const WarningSink& warn,
                                       const ReadMonitor& monitor);

/// Where a line stands.
struct LinePlace {
  const LogFile* file = nullptr;  ///< null: nowhere
  std::uint64_t offset = 0;       ///< bytes into the decoded log
};

/// Where the line of a record (index into series.records) stands.
LinePlace place_of(const LogSeries& series, std::uint32_t record);

/// The verbatim lines at these places, in the order asked for: each file is opened again and read
/// once, forward. A line that can no longer be read comes back as an Error.
std::vector<Result<std::string>> fetch_lines(std::span<const LinePlace> places);

/// The same of records (indices into series.records).
std::vector<Result<std::string>> fetch_lines(const LogSeries& series,
                                             std::span<const std::uint32_t> records);

/// Whether the head of a file holds a line that some dialect takes as cron's.
bool looks_like_cron_log(std::string_view head);

}  // namespace pidometer
