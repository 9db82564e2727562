#include "plugin/cron_log/dialects.h"

#include <algorithm>
#include <array>
#include <string>

#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/plaso_rows.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// Programs that are no cron, or none whose lines hold a PID, by their tag: never a record.
struct Unread {
  std::string_view tag;
  const char* reason;
};

constexpr const char* kBcron = "bcron writes no PID: no reading";
constexpr const char* kIncron = "incrond is not cron";
constexpr const char* kGenerator = "systemd-crontab-generator is not cron";

constexpr std::array kUnread = {
    // bcron-exec.c, start_slot: `(user) CMD (command)`, with msg_show_pid = 0
    Unread{"bcron-exec", kBcron},
    Unread{"bcron-sched", kBcron},
    Unread{"bcron-spool", kBcron},
    Unread{"bcron-start", kBcron},
    Unread{"bcron-update", kBcron},
    // Writes CMD lines under its own daemon's PID, before it forks: a look-alike. incron 0.5,
    // usertable.cpp: UserTable::OnEvent
    Unread{"incrond", kIncron},
    Unread{"incrontab", kIncron},
    // Makes timers of crontabs; the jobs are systemd's, which logs no PID of theirs.
    Unread{"systemd-crontab-generator", kGenerator},
};

/// Lines without a known envelope, told by their first bytes.
struct UnreadStart {
  std::string_view start;
  const char* reason;
  bool is_malformed;  ///< holds, or may hold, a job's PID, which nothing dates
};

constexpr const char* kUndatedJob = "a job's PID without a time: nothing dates it";

constexpr const char* kPlasoTimelessReason = "a row of Plaso's without a valid time";

constexpr std::array kUnreadStarts = {
    // crond's own log (-L) and standard error have no time of their own.
    UnreadStart{"crond: USER ", kUndatedJob, true},
    UnreadStart{"crond: ", "words of crond without a time", false},
    UnreadStart{"-- Logs begin at ", "journalctl's own words", false},
    UnreadStart{"-- Journal begins at ", "journalctl's own words", false},
    UnreadStart{"-- Boot ", "journalctl's own words", false},
    UnreadStart{"-- Reboot --", "journalctl's own words", false},
    UnreadStart{"-- No entries --", "journalctl's own words", false},
    // What strings(1) leaves of a binary journal: fields that no entry holds together. Exports and
    // binary files are read (journal_text_stream.h).
    UnreadStart{"__CURSOR=", "dialect not read yet: a journal's loose fields", false},
    UnreadStart{"SYSLOG_", "dialect not read yet: a journal's loose fields", false},
    UnreadStart{"MESSAGE=", "dialect not read yet: a journal's loose fields", false},
    UnreadStart{"_", "dialect not read yet: a journal's loose fields", false},
    // What stands for rows of a timeline that give no line (plaso_rows.h).
    UnreadStart{kPlasoOther, "a row of Plaso's of another data type", false},
    UnreadStart{kPlasoBroken, "a row of Plaso's that is no JSON object", true},
    UnreadStart{kPlasoTooLong, "a row of Plaso's longer than 4 MiB", true},
};

constexpr const char* kSolarisCommand =
    "the command of Solaris cron's next line, which has its time and PID";

/// What a line of cron's holds, however torn the rest of it is.
constexpr std::array<std::string_view, 11> kLooksLikeCron = {
    "CROND[",   "CRON[",      "crond[",  "crond(",     "cron[",     "crontab[",
    "anacron[", "run-parts(", ") CMD (", ") CMDEND (", ") CMDOUT ("};

ParsedLine skipped(const char* reason) {
  ParsedLine parsed;
  parsed.reason = reason;
  return parsed;
}

ParsedLine refused(const char* reason) {
  ParsedLine parsed = skipped(reason);
  parsed.kind = ParsedLine::Kind::malformed;
  return parsed;
}

/// A line whose envelope is not one of the table's: cron's own, or none.
ParsedLine parse_unknown(std::string_view line, const char* reason_if_cron,
                         const char* reason_else) {
  for (const std::string_view look : kLooksLikeCron)
    if (line.find(look) != std::string_view::npos) return refused(reason_if_cron);
  return skipped(reason_else);
}

/// `[  170.837216] `: seconds since the boot, of the kernel and of journalctl -o short-monotonic.
bool has_boot_time(std::string_view line) {
  std::uint32_t number = 0;
  if (!take(line, '[')) return false;
  skip_blanks(line);
  return take_number(line, number) && take(line, '.') && take_number(line, number) &&
         take(line, "] ");
}

/// A line of Solaris cron's that holds a command, or whose time is cut off.
ParsedLine parse_solaris_unframed(std::string_view line) {
  if (take(line, ">  CMD: ")) {
    ParsedLine parsed = skipped(kSolarisCommand);
    parsed.next_command = line;
    return parsed;
  }
  return refused("no whole time at the end of Solaris cron's line");
}

/// `>  user pid queue Fri `, the start of a line that lost its end, or `>  CMD: `.
bool is_solaris_start(std::string_view line) {
  std::string_view word;
  std::string_view queue;
  std::uint32_t pid = 0;
  if (!take(line, ">  ") && !take(line, "<  ")) return false;
  if (line.starts_with("CMD: ")) return true;
  return take_until(line, ' ', word) && !word.empty() && take_number(line, pid) &&
         take(line, ' ') && take_until(line, ' ', queue) && queue.size() == 1 && take_weekday(line);
}

/// `FILE path USER root PID 25`, dcron's words without a time.
bool is_undated_dcron(std::string_view line) {
  const std::size_t user = line.find(" USER ");
  return line.starts_with("FILE ") && user != std::string_view::npos &&
         line.find(" PID ", user) != std::string_view::npos;
}

ParsedLine parse_unframed(std::string_view line) {
  if (line.find_first_not_of(' ') == std::string_view::npos) return skipped("blank line");
  for (const UnreadStart& unread : kUnreadStarts)
    if (line.starts_with(unread.start))
      return unread.is_malformed ? refused(unread.reason) : skipped(unread.reason);
  if (line.starts_with(kPlasoTimeless))
    return parse_unknown(line, kPlasoTimelessReason, kPlasoTimelessReason);
  if (is_undated_dcron(line)) return refused(kUndatedJob);
  if (is_solaris_start(line)) return parse_solaris_unframed(line);
  if (line.starts_with("! *** cron started ***"))
    return refused("no whole time at the end of Solaris cron's line");
  if (has_boot_time(line)) {
    for (const Unread& unread : kUnread)
      if (line.find(std::string(unread.tag) + "[") != std::string_view::npos)
        return skipped(unread.reason);
    return parse_unknown(line, "a time since the boot and no date", "not cron's, and no date");
  }
  // MAIL's text holds a line feed of the mailer's.
  if (line.front() == ' ' && line.find_first_not_of(' ') == line.size() - 1 && line.back() == ')')
    return skipped("the end of a MAIL line");
  return parse_unknown(line, "no time of a known form at its start", "not a log line");
}

}  // namespace

Verdict malformed(const char* reason, std::string_view at) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::malformed;
  verdict.reason = reason;
  verdict.reason_at = at.data();
  return verdict;
}

Verdict foreign(const char* reason, std::string_view at) {
  Verdict verdict = malformed(reason, at);
  verdict.kind = Verdict::Kind::foreign;
  return verdict;
}

std::span<const Dialect> dialects() {
  // One row a dialect. Repetitions come first: their tag is the repeated program's.
  // Built at first use: the rows are constants of other files, whose order of initialisation is
  // open.
  static const std::array table = {kSyslogRepeated, kCronie,  kDebianCron, kVixieSyslog, kVixieFile,
                                   kRunParts,       kAnacron, kCrontab,    kBusybox,     kDcron,
                                   kFcron,          kSolaris, kCronAside};
  return table;
}

ParsedLine parse_line(std::string_view line) {
  const auto framed = parse_framing(line);
  if (!framed) return parse_unframed(line);
  for (const Unread& unread : kUnread)
    if (framed->tag == unread.tag) return skipped(unread.reason);

  const auto table = dialects();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Verdict verdict = table[i].parse(*framed);
    if (verdict.kind == Verdict::Kind::not_mine) continue;
    if (verdict.kind == Verdict::Kind::foreign) return skipped(verdict.reason);
    ParsedLine parsed;
    parsed.kind = verdict.kind == Verdict::Kind::record ? ParsedLine::Kind::record
                                                        : ParsedLine::Kind::malformed;
    parsed.framing = framed->framing;
    parsed.dialect = static_cast<std::uint8_t>(i);
    parsed.record = verdict.record;
    parsed.pid_in_text = verdict.pid_in_text;
    parsed.boot_id = framed->boot_id;
    parsed.reason = verdict.reason;
    if (verdict.reason_at != nullptr)
      parsed.column = static_cast<std::size_t>(verdict.reason_at - line.data());
    return parsed;
  }
  // A line without a program's name may still be cron's, torn or of a vendor's own form.
  if (framed->tag.empty())
    return parse_unknown(line, "no program name of a known form after the time",
                         "another program's line");
  return skipped("another program's line");
}

std::string_view unread_cron(std::string_view reason, std::string_view line) {
  if (reason == kBcron) return "bcron, which writes no PID";
  if (!take(reason, "dialect not read yet: ")) return {};
  // Starts that text of any kind may have.
  if (reason == "a journal's loose fields" && line != "SYSLOG_IDENTIFIER=CRON" &&
      line != "SYSLOG_IDENTIFIER=CROND" && line != "SYSLOG_IDENTIFIER=cron" &&
      line != "SYSLOG_IDENTIFIER=crond")
    return {};
  return reason;
}

}  // namespace pidometer
