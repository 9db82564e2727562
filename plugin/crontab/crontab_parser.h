#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/crontab/cron_schedule.h"

namespace pidometer {

/// Who runs the entries of a table.
enum class CrontabForm : std::uint8_t {
  system,   ///< /etc/crontab, /etc/cron.d: a field between the times and the command says who
  user,     ///< of the spool: the user that the file is called after
  anacron,  ///< anacrontab(5): period, delay, identifier, command
  scripts,  ///< no text: a folder whose files run-parts starts, /etc/cron.daily
};

/// One line of a crontab that starts a job. Text owned.
struct CrontabEntry {
  std::uint32_t line = 0;  ///< from 1; 0 of a script
  std::string text;        ///< the line as it stands there, at most kMostCrontabText bytes of it
  std::string username;    ///< empty where anacron or run-parts starts it
  std::string command;  ///< as it is written, `%` and its escapes too, without cron's own options;
                        ///< of a script its path
  std::string job_id;   ///< by which anacron logs it: `cron.daily`; else empty
  CronSchedule schedule;
  bool at_boot = false;   ///< @reboot; there is no schedule then
  bool unlogged = false;  ///< cron is told not to log it: `-` before the minute, or option -q
  std::uint32_t random_delay = 0;  ///< minutes: RANDOM_DELAY in force
  /// Why nothing may be concluded from its not running; nullptr: all is clear.
  const char* doubt = nullptr;
};

/// A line that is no entry, setting or comment.
struct CrontabBadLine {
  std::uint32_t line = 0;
  std::string reason;  ///< as cron words it where it does: "bad minute"
  std::string text;    ///< at most kMostCrontabText bytes
};

struct Crontab {
  std::uint32_t lines = 0;
  std::vector<CrontabEntry> entries;
  std::vector<CrontabBadLine> bad_lines;  ///< at most kMostCrontabEntries
  bool cut = false;                       ///< it has more entries or bad lines than are kept
};

/// cronie takes 1,000 entries of a user (funcs.h: MAX_USER_ENTRIES); no table has ten times more.
inline constexpr std::size_t kMostCrontabEntries = 10'000;
/// What rows quote of a line.
inline constexpr std::size_t kMostCrontabText = 512;
/// What is read of a command: cronie's and busybox's lines may be longer, those of vixie-cron not
/// (cron.h: MAX_COMMAND 1000).
inline constexpr std::size_t kMostCommand = 16'384;

/// Parses a crontab(5) of vixie-cron, cronie, Debian, BSD or busybox, or an anacrontab(5) of
/// anacron 2.3 or cronie. Untrusted bytes: every line is an entry, a setting, a comment, blank, or
/// a bad line with its reason. `owner`: of a user's table. What cron itself passes over (a last
/// line without a line feed) is a bad line too.
Crontab parse_crontab(std::string_view text, CrontabForm form, std::string_view owner);

}  // namespace pidometer
