#include <array>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/framing.h"
#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"
#include "plugin/witness/witness_programs.h"
#include "plugin/witness/witness_sources.h"

namespace pidometer {
namespace {

WitnessLine unread(const char* reason) {
  WitnessLine line;
  line.kind = WitnessLine::Kind::unread;
  line.reason = reason;
  return line;
}

WitnessLine aside(const char* reason) {
  WitnessLine line;
  line.reason = reason;
  return line;
}

WitnessLine explanation(const WrittenTime& time) {
  WitnessLine line;
  line.kind = WitnessLine::Kind::line;
  line.time = undated(time);
  line.explains = true;
  return line;
}

/// Tags of cron's own lines, in any case and behind any path: worth the look of the dialects.
bool may_be_crons(std::string_view tag) {
  constexpr std::array<std::string_view, 4> kParts = {"cron", "CRON", "run-parts", "logger"};
  for (const std::string_view part : kParts)
    if (tag.find(part) != std::string_view::npos) return true;
  return false;
}

/// `2026-11-02  05:50:01`, as apt writes it: two blanks.
bool take_apt_time(std::string_view text, WrittenTime& time) {
  const std::size_t gap = text.find("  ");
  if (gap == std::string_view::npos || text.size() > 64) return false;
  std::array<char, 64> joined{};
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != gap) joined[used++] = text[i];
  std::string_view one(joined.data(), used);
  return take_iso_time(one, time);
}

}  // namespace

WitnessLine parse_syslog_witness(std::string_view text, WitnessLineState&) {
  const std::optional<FramedLine> framed = parse_framing(text);
  if (!framed || framed->framing == FramingKind::vixie_file) return unread("no syslog line");
  if (may_be_crons(framed->tag) && parse_line(text).kind != ParsedLine::Kind::skipped)
    return aside("a cron record");
  WitnessLine line;
  line.kind = WitnessLine::Kind::line;
  line.time = undated(framed->time);
  line.hostname = framed->hostname;
  line.text = framed->text;
  judge_program(framed->tag, framed->has_pid ? framed->pid : 0, framed->text, line);
  return line;
}

WitnessLine parse_audit_witness(std::string_view text, WitnessLineState&) {
  // log_format = ENRICHED and audispd put `node=NAME ` in front.
  const std::size_t at = text.find("msg=audit(");
  if (at == std::string_view::npos || text.find("type=") > at) return unread("no audit record");
  std::string_view rest = text.substr(at + std::string_view("msg=audit(").size());
  std::int64_t seconds = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && is_digit(rest[digits]) && digits < 11; ++digits)
    seconds = seconds * 10 + (rest[digits] - '0');
  rest.remove_prefix(digits);
  std::uint32_t millis = 0;
  if (digits == 0 || !take(rest, '.') || !take_digits(rest, 3, millis) || !take(rest, ':'))
    return unread("no time in the audit record");
  WitnessLine line;
  line.kind = WitnessLine::Kind::line;
  line.time.micros = seconds * kMicrosPerSecond + std::int64_t{millis} * 1000;
  line.time.utc_offset_minutes = 0;
  const std::size_t field = rest.find(" pid=");
  if (field != std::string_view::npos) {
    rest.remove_prefix(field + std::string_view(" pid=").size());
    std::uint32_t pid = 0;
    if (take_number(rest, pid) && pid <= kMaxPid) line.pid = pid;
  }
  return line;
}

WitnessLine parse_dated_witness(std::string_view text, WitnessLineState&) {
  WrittenTime time;
  if (text.empty()) return aside("blank");
  if (!take_iso_time(text, time)) return unread("no time at its start");
  return explanation(time);
}

WitnessLine parse_apt_history_witness(std::string_view text, WitnessLineState& state) {
  WrittenTime time;
  if (take(text, "Start-Date: ")) {
    if (!take_apt_time(text, time)) return unread("no time behind Start-Date");
    state.group = undated(time);
    state.has_group = true;
    return explanation(time);
  }
  if (take(text, "End-Date: ")) {
    state.has_group = false;
    return take_apt_time(text, time) ? explanation(time) : unread("no time behind End-Date");
  }
  if (text.empty()) return aside("blank");
  if (!state.has_group) return unread("no Start-Date before it");
  // What was done stands between the two, dated by the first.
  WitnessLine line;
  line.kind = WitnessLine::Kind::line;
  line.time = state.group;
  line.explains = true;
  return line;
}

WitnessLine parse_apt_term_witness(std::string_view text, WitnessLineState&) {
  WrittenTime time;
  if (!take(text, "Log started: ") && !take(text, "Log ended: ")) return aside("output of dpkg");
  return take_apt_time(text, time) ? explanation(time) : unread("no time behind Log started");
}

WitnessLine parse_yum_witness(std::string_view text, WitnessLineState&) {
  if (text.empty()) return aside("blank");
  // Both digits of the day are written: a blank in their place is what parse_framing() knows.
  const std::optional<FramedLine> framed = parse_rfc3164(text);
  if (!framed) return unread("no time at its start");
  return explanation(framed->time);
}

WitnessLine parse_logrotate_witness(std::string_view text, WitnessLineState&) {
  if (text.starts_with("logrotate state")) return aside("a heading");
  const std::size_t quote = text.rfind('"');
  if (!text.starts_with('"') || quote == 0) return unread("no name of a log");
  text.remove_prefix(quote + 1);
  skip_blanks(text);
  // Numbers without leading zeros; a state of version 1 has the day alone.
  std::array<std::uint32_t, 6> parts{};
  std::size_t count = 0;
  while (count < parts.size() && take_number(text, parts[count])) {
    ++count;
    if (!take(text, '-') && !take(text, ':')) break;
  }
  if (count != parts.size()) return count == 3 ? aside("a day without a time") : unread("no time");
  const bool sound =
      parts[0] >= 1970 && parts[0] <= 9999 && parts[1] >= 1 && parts[1] <= 12 && parts[2] >= 1 &&
      parts[2] <= most_days(parts[1]) && parts[3] <= 23 && parts[4] <= 59 && parts[5] <= 60 &&
      (parts[1] != 2 || parts[2] != 29 || is_leap_year(static_cast<std::int32_t>(parts[0])));
  if (!sound) return unread("no time");
  WrittenTime time;
  time.year = static_cast<std::int32_t>(parts[0]);
  time.month = static_cast<std::uint8_t>(parts[1]);
  time.day = static_cast<std::uint8_t>(parts[2]);
  time.hour = static_cast<std::uint8_t>(parts[3]);
  time.minute = static_cast<std::uint8_t>(parts[4]);
  time.second = static_cast<std::uint8_t>(parts[5]);
  return explanation(time);
}

}  // namespace pidometer
