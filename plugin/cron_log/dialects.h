#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/cron_record.h"
#include "plugin/cron_log/framing.h"

namespace pidometer {

/// What a dialect says to a framed line.
struct Verdict {
  enum class Kind : std::uint8_t {
    not_mine,   ///< another dialect may take it
    record,     ///< cron's
    malformed,  ///< this dialect's by the look of it, and not to be trusted as a reading
    foreign,    ///< another program's words under a tag of this dialect's
  };
  Kind kind = Kind::not_mine;
  CronRecord record;
  /// malformed, foreign: why. record: what is wrong with the line although time and PID are intact,
  /// or nullptr.
  const char* reason = nullptr;
  const char* reason_at = nullptr;  ///< into the line; nullptr: its start
  bool pid_in_text = false;         ///< record: its PID is not the one behind the tag
};

Verdict malformed(const char* reason, std::string_view at);
Verdict foreign(const char* reason, std::string_view at);

/// A row of the table.
struct Dialect {
  std::string_view name;
  std::string_view source;  ///< program, version, function
  Verdict (*parse)(const FramedLine& line);
  std::span<const std::string_view> samples;
};

/// THE table, in the order in which lines are tried.
std::span<const Dialect> dialects();

/// One line, whatever it is.
struct ParsedLine {
  enum class Kind : std::uint8_t {
    record,
    skipped,    ///< another program's line, or one of a cron that is not read
    malformed,  ///< cron's by the look of it, and no dialect takes it
  };
  Kind kind = Kind::skipped;
  FramingKind framing = FramingKind::rfc3164;
  std::uint8_t dialect = 0;  ///< index into dialects(); records only
  CronRecord record;
  std::string_view boot_id;      ///< FramedLine's; records only
  const char* reason = nullptr;  ///< skipped, malformed: why; record: a flaw, or nullptr
  std::size_t column = 0;        ///< of the reason, from 0
  bool pid_in_text = false;      ///< record: its PID is not the one behind the tag
  /// skipped: the command of the job that the next line tells of (Solaris); else empty
  std::string_view next_command;
};

ParsedLine parse_line(std::string_view line);

/// The cron that wrote a skipped line and is not read, `busybox crond`; empty where the line is
/// another program's. `reason` is parse_line()'s. Stricter than that: nothing is lost by passing
/// over a line, but a warning that names a cron must be right.
std::string_view unread_cron(std::string_view reason, std::string_view line);

extern const Dialect kVixieFile;
extern const Dialect kVixieSyslog;
extern const Dialect kDebianCron;
extern const Dialect kCronie;
extern const Dialect kCronAside;
extern const Dialect kRunParts;
extern const Dialect kAnacron;
extern const Dialect kCrontab;
extern const Dialect kSyslogRepeated;
extern const Dialect kBusybox;
extern const Dialect kDcron;
extern const Dialect kFcron;
extern const Dialect kSolaris;

}  // namespace pidometer
