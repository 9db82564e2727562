#include <array>
#include <charconv>
#include <chrono>
#include <system_error>

#include "base/journal_entry.h"
#include "base/timestamp.h"
#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/json_text.h"
#include "plugin/cron_log/plaso_rows.h"
#include "plugin/cron_log/scan.h"
#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

/// 10000-01-01: years of four digits.
constexpr std::int64_t kEndOfTime = 253'402'300'800LL * kMicrosPerSecond;
/// No zone lies farther from UTC than 14 hours; a day is more than any row may say.
constexpr std::int64_t kMostOffset = 24 * 60;
constexpr std::size_t kMostName = 255;

bool is_syslog_type(std::string_view data_type) {
  return data_type == "syslog:line" || data_type == "syslog:cron:task_run";
}

/// A string into `out`, or any other value passed over. The first of several of one name counts.
bool take_text(JsonText& json, std::string& out) {
  if (!json.is_next('"')) return json.pass();
  std::string again;
  return json.string(out.empty() ? out : again);
}

/// A whole number, as such, with `.0` behind it (of programs that keep all numbers as reals) or as
/// a string of digits; any other value is passed over.
bool take_whole(JsonText& json, std::optional<std::int64_t>& out) {
  std::string text;
  if (json.is_next('"')) {
    if (!json.string(text)) return false;
  } else if (json.is_next('{') || json.is_next('[')) {
    return json.pass();
  } else {
    std::string_view word;
    if (!json.word(word)) return false;
    text = word;
  }
  std::string_view digits = text;
  if (digits.ends_with(".0")) digits.remove_suffix(2);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!out && error == std::errc() && end == digits.data() + digits.size()) out = value;
  return true;
}

/// dfdatetime's values, of which the offset alone is not in the row's timestamp.
bool take_date_time(JsonText& json, PlasoRow& row) {
  if (!json.is_next('{')) return json.pass();
  json.next('{');
  if (json.next('}')) return true;
  do {
    std::string name;
    json.blanks();
    if (!json.string(name) || !json.next(':')) return false;
    if (!(name == "time_zone_offset" ? take_whole(json, row.utc_offset_minutes) : json.pass()))
      return false;
  } while (json.next(','));
  return json.next('}');
}

bool take_member(JsonText& json, std::string_view name, PlasoRow& row) {
  struct Text {
    std::string_view name;
    std::string PlasoRow::*member;
  };
  static constexpr std::array kTexts = {
      Text{"data_type", &PlasoRow::data_type}, Text{"datetime", &PlasoRow::datetime},
      Text{"hostname", &PlasoRow::hostname},   Text{"reporter", &PlasoRow::reporter},
      Text{"body", &PlasoRow::message_body},   Text{"message_body", &PlasoRow::message_body},
      Text{"message", &PlasoRow::message},     Text{"command", &PlasoRow::command},
      Text{"username", &PlasoRow::username},
  };
  for (const Text& text : kTexts)
    if (text.name == name) return take_text(json, row.*(text.member));
  if (name == "timestamp") return take_whole(json, row.timestamp);
  if (name == "pid") return take_whole(json, row.pid);
  if (name == "date_time") return take_date_time(json, row);
  return json.pass();
}

void append_digits(std::string& out, std::int64_t value, std::size_t digits) {
  const std::string text = std::to_string(value);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

void append_time(std::string& out, std::int64_t micros, std::int64_t offset_minutes) {
  const auto seconds = micros / kMicrosPerSecond;
  const auto written = written_utc(seconds + offset_minutes * 60, 0);
  append_digits(out, written.year, 4);
  for (const auto& [mark, value] :
       {std::pair('-', written.month), std::pair('-', written.day), std::pair('T', written.hour),
        std::pair(':', written.minute), std::pair(':', written.second)}) {
    out += mark;
    append_digits(out, value, 2);
  }
  if (micros % kMicrosPerSecond != 0) {
    out += '.';
    append_digits(out, micros % kMicrosPerSecond, 6);
  }
  out += offset_minutes < 0 ? '-' : '+';
  const std::int64_t distance = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  append_digits(out, distance / 60, 2);
  out += ':';
  append_digits(out, distance % 60, 2);
}

/// Printable ASCII without blanks, as syslog's header holds it.
void append_name(std::string& out, std::string_view name, std::string_view not_in_it) {
  for (const char c : name.substr(0, kMostName))
    out += c > ' ' && c <= '~' && not_in_it.find(c) == std::string_view::npos ? c : '_';
}

std::optional<std::int64_t> instant_of(const PlasoRow& row) {
  if (row.timestamp) {
    // 0 is what Plaso gives to a time that is none (InvalidTime, NotSet).
    if (*row.timestamp <= 0 || *row.timestamp >= kEndOfTime - kMicrosPerDay) return std::nullopt;
    return row.timestamp;
  }
  std::string_view text = row.datetime;
  WrittenTime time;
  if (!take_iso_time(text, time) || !text.empty() || !time.has_offset) return std::nullopt;
  const std::int64_t micros = undated(time).micros;
  if (micros <= 0 || micros >= kEndOfTime - kMicrosPerDay) return std::nullopt;
  return micros;
}

/// The formatters' words (plaso/data/formatters/generic.yaml): `[CROND, pid: 1206] BODY`,
/// `INFO [CROND] BODY`.
void take_message(PlasoRow& row) {
  std::string_view text = row.message;
  std::string_view severity;
  std::string_view head;
  if (!text.starts_with('[') && !(take_until(text, ' ', severity) && text.starts_with('['))) return;
  take(text, '[');
  if (!take_until(text, ']', head) || !take(text, ' ')) return;
  constexpr std::string_view kPid = ", pid: ";
  std::optional<std::int64_t> pid;
  if (const std::size_t at = head.find(kPid); at != std::string_view::npos) {
    std::string_view digits = head.substr(at + kPid.size());
    std::uint32_t number = 0;
    if (!take_number(digits, number) || !digits.empty()) return;
    pid = number;
    head = head.substr(0, at);
  }
  if (row.reporter.empty()) row.reporter = head;
  if (!row.pid) row.pid = pid;
  row.message_body = text;
}

/// `[100000]: (root) CMD (x)`: what Plaso leaves in the body of a PID that it has no place for.
std::optional<std::string_view> take_lost_pid(std::string_view& body) {
  std::string_view rest = body;
  std::string_view digits;
  constexpr std::size_t kMostDigits = 10;
  if (!take(rest, '[') || !take_until(rest, ']', digits) || digits.empty() ||
      digits.size() > kMostDigits || !take(rest, ": "))
    return std::nullopt;
  for (const char c : digits)
    if (!is_digit(c)) return std::nullopt;
  body = rest;
  return digits;
}

}  // namespace

PlasoRow::Kind parse_plaso_row(std::string_view line, PlasoRow& row) {
  JsonText json(line);
  if (!json.next('{')) return PlasoRow::Kind::broken;
  if (json.next('}')) return json.at_end() ? PlasoRow::Kind::other : PlasoRow::Kind::broken;
  std::string name;
  do {
    name.clear();
    json.blanks();
    if (!json.string(name) || !json.next(':')) return PlasoRow::Kind::broken;
    json.blanks();
    if (!take_member(json, name, row)) return PlasoRow::Kind::broken;
    // Most rows of a timeline are none of syslog's: what follows is not looked at.
    if (!row.data_type.empty() && !is_syslog_type(row.data_type)) return PlasoRow::Kind::other;
  } while (json.next(','));
  if (!json.next('}') || !json.at_end()) return PlasoRow::Kind::broken;
  return row.data_type.empty() ? PlasoRow::Kind::other : PlasoRow::Kind::syslog;
}

std::string plaso_line(const PlasoRow& given) {
  PlasoRow row = given;
  if (row.message_body.empty()) {
    if (!row.command.empty() && !row.username.empty())
      row.message_body = '(' + row.username + ") CMD (" + row.command + ')';
    else
      take_message(row);
  }
  const std::optional<std::int64_t> instant = instant_of(row);
  std::int64_t offset = row.utc_offset_minutes.value_or(0);
  if (offset < -kMostOffset || offset > kMostOffset) offset = 0;
  std::string line;
  if (instant)
    append_time(line, *instant, offset);
  else
    line = kPlasoTimeless.substr(0, kPlasoTimeless.size() - 1);

  std::string_view body = row.message_body;
  // Of a line without a host Plaso takes the tag for the host, and the first word for the reporter.
  if (row.hostname.ends_with(':') && !row.pid) {
    for (const std::string_view part :
         {std::string_view(row.hostname), std::string_view(row.reporter)}) {
      if (part.empty()) continue;
      line += ' ';
      append_name(line, part, {});
    }
    line += ' ';
    append_as_rsyslog(line, body);
    return line;
  }
  if (!row.hostname.empty()) {
    line += ' ';
    append_name(line, row.hostname, {});
  }
  if (!row.reporter.empty()) {
    line += ' ';
    append_name(line, row.reporter, "[]:");
    std::string pid;
    if (row.pid)
      pid = std::to_string(*row.pid);
    else if (const auto lost = take_lost_pid(body))
      pid = *lost;
    if (!pid.empty()) line += '[' + pid + ']';
    line += ':';
  }
  line += ' ';
  append_as_rsyslog(line, body);
  return line;
}

}  // namespace pidometer
