#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.h"
#include "plugin/crontab/crontab_report.h"
#include "plugin/crontab/crontab_tables.h"

namespace pidometer {

/// Whose word it is that a job started.
enum class JobStarter : std::uint8_t { cron, fcron, anacron, run_parts };

/// A job of the log: what was started with one command for one user.
struct LoggedJob {
  std::string_view username;  ///< empty where the log has none
  std::string_view command;   ///< anacron's identifier; of a script its path
  Timestamp first;
  Timestamp last;
  std::uint64_t runs = 0;
  /// Each of its lines lost its end, or may have: the command may be the begin of another.
  bool may_be_cut = false;
  JobStarter starter = JobStarter::cron;
};

/// [begin, end): cron ran and the log is whole. A job that was due there has its line there.
struct LoggedStretch {
  Timestamp begin;
  Timestamp end;
  std::chrono::minutes utc_offset{0};  ///< of the host's wall clock
};

struct LoggedSchedule {
  std::vector<LoggedJob> jobs;
  std::vector<LoggedStretch> stretches;  ///< ascending, apart
  std::vector<Timestamp> boots;          ///< known ones
  Timestamp end;                         ///< of the log
  /// By how much the log's times and those of files may differ because its zone is not known.
  std::chrono::hours slack{0};
};

/// Which crontabs of the host can be there at all.
struct CrontabScope {
  bool system = false;  ///< /etc was looked into, and all of it that matters could be read
  bool users = false;   ///< a spool likewise
  CronFamily family = CronFamily::other;
  bool anacron = false;                                    ///< /etc likewise, for its anacrontab
  std::set<std::string, std::less<>> script_folders = {};  ///< likewise
};

/// A job in the log that no crontab has, or a script that its folder has not.
struct JobWithoutLine {
  std::size_t job = 0;  ///< index into LoggedSchedule::jobs
  /// Every crontab that could have had it was last changed before its last run: what held it is
  /// gone, or its time was set back.
  bool ran_since_changed = false;
  bool recent = false;  ///< it ran within the log's last month
  /// A file that has it and that cron passes over: index into the tables; else none.
  std::optional<std::size_t> ignored_table;
  std::size_t ignored_entry = 0;
};

/// A line of a crontab that never ran although it was due.
struct LineWithoutJob {
  std::size_t table = 0;
  std::size_t entry = 0;
  std::uint64_t due = 0;
  Timestamp first_due;
  Timestamp last_due;
};

struct CrontabComparison {
  std::vector<JobWithoutLine> jobs;
  std::vector<LineWithoutJob> lines;
  CrontabReport report;
};

/// A line that was due less often says nothing: a run may have been late, or the file put in place
/// with an old time just before.
inline constexpr std::uint64_t kDueAtLeast = 3;

/// Lays the log beside the crontabs.
CrontabComparison compare_crontabs(std::span<const CrontabTable> tables, const CrontabScope& scope,
                                   const LoggedSchedule& log);

}  // namespace pidometer
