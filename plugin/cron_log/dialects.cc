#include "plugin/cron_log/dialects.h"

#include <algorithm>
#include <array>

#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// A cron of another make, whose lines are known and not read: never a record with a wrong PID.
struct Unread {
  std::string_view tag;
  std::string_view text_prefix;
  const char* reason;
};

constexpr std::array kUnread = {
    // The tag's PID is the daemon's, the job's stands in the text.
    Unread{"crond", "USER ", "dialect not read yet: busybox crond"},
    Unread{"crond", "wakeup dt=", "dialect not read yet: busybox crond"},
    Unread{"crond", "crond: ", "dialect not read yet: busybox crond"},
    Unread{"crond", "crond (busybox", "dialect not read yet: busybox crond"},
    Unread{"crond", " line ", "dialect not read yet: busybox crond"},
    Unread{"crond", "FILE ", "dialect not read yet: dcron"},
    Unread{"fcron", "", "dialect not read yet: fcron"},
    // socklog puts its own time and facility before the line's.
    Unread{"cron.info", "", "framing not read yet: socklog"},
    Unread{"cron.err", "", "framing not read yet: socklog"},
    Unread{"cron.notice", "", "framing not read yet: socklog"},
    // Writes CMD lines under its own daemon's PID: a look-alike.
    Unread{"incrond", "", "incrond is not cron"},
};

/// Lines without a known envelope, told by their first bytes.
constexpr std::array kUnreadStarts = {
    Unread{"", "! ", "dialect not read yet: Solaris cron"},
    Unread{"", ">  ", "dialect not read yet: Solaris cron"},
    Unread{"", "FILE ", "dialect not read yet: dcron"},
    Unread{"", "crond: ", "dialect not read yet: busybox crond"},
    Unread{"", "__CURSOR=", "dialect not read yet: journal export"},
    Unread{"", "SYSLOG_", "dialect not read yet: journal export"},
    Unread{"", "MESSAGE=", "dialect not read yet: journal export"},
    Unread{"", "_", "dialect not read yet: journal export"},
};

/// What a line of cron's holds, however torn the rest of it is.
constexpr std::array<std::string_view, 11> kLooksLikeCron = {
    "CROND[",   "CRON[",      "crond[",  "crond(",     "cron[",     "crontab[",
    "anacron[", "run-parts(", ") CMD (", ") CMDEND (", ") CMDOUT ("};

ParsedLine skipped(const char* reason) {
  ParsedLine parsed;
  parsed.reason = reason;
  return parsed;
}

/// A line whose envelope is not one of the table's: cron's own, of a cron that is not read, or
/// none.
ParsedLine parse_unknown(std::string_view line, const char* reason_if_cron,
                         const char* reason_else) {
  // busybox writes the job's PID into the text: `cron.info crond[17]: USER root pid 31 cmd ...`
  if (line.find("]: crond: ") != std::string_view::npos ||
      line.find("]: USER ") != std::string_view::npos)
    return skipped("dialect not read yet: busybox crond");
  for (const std::string_view look : kLooksLikeCron) {
    if (line.find(look) == std::string_view::npos) continue;
    ParsedLine parsed;
    parsed.kind = ParsedLine::Kind::malformed;
    parsed.reason = reason_if_cron;
    return parsed;
  }
  return skipped(reason_else);
}

ParsedLine parse_unframed(std::string_view line) {
  if (line.find_first_not_of(' ') == std::string_view::npos) return skipped("blank line");
  for (const Unread& unread : kUnreadStarts)
    if (line.starts_with(unread.text_prefix)) return skipped(unread.reason);
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
                                   kRunParts,       kAnacron, kCrontab,    kCronAside};
  return table;
}

ParsedLine parse_line(std::string_view line) {
  const auto framed = parse_framing(line);
  if (!framed) return parse_unframed(line);
  for (const Unread& unread : kUnread)
    if (framed->tag == unread.tag && framed->text.starts_with(unread.text_prefix))
      return skipped(unread.reason);

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
  if (!take(reason, "dialect not read yet: ") && !take(reason, "framing not read yet: ")) return {};
  const auto has = [line](std::string_view part) { return line.find(part) != line.npos; };
  // Starts that text of any kind may have.
  if (reason == "journal export" && line != "SYSLOG_IDENTIFIER=CRON" &&
      line != "SYSLOG_IDENTIFIER=CROND" && line != "SYSLOG_IDENTIFIER=cron" &&
      line != "SYSLOG_IDENTIFIER=crond")
    return {};
  if (reason == "Solaris cron" && !line.starts_with(">  CMD: ") && !has("*** cron started ***"))
    return {};
  if (reason == "dcron" && !has(" USER ")) return {};
  return reason;
}

}  // namespace pidometer
