#include <array>

#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

struct Zone {
  std::string_view name;
  std::int16_t minutes;
};

// Abbreviations of the tz database that mean one offset wherever they are in use today. Others
// (CST, IST, BST, PST, ...) are read and do not date: the line's time is a wall clock's then.
constexpr std::array kZones = {
    Zone{"UTC", 0},     Zone{"GMT", 0},    Zone{"WET", 0},    Zone{"WEST", 60},  Zone{"CET", 60},
    Zone{"CEST", 120},  Zone{"EET", 120},  Zone{"EEST", 180}, Zone{"MSK", 180},  Zone{"EST", -300},
    Zone{"EDT", -240},  Zone{"MST", -420}, Zone{"MDT", -360}, Zone{"PDT", -420}, Zone{"AKST", -540},
    Zone{"AKDT", -480}, Zone{"HST", -600}, Zone{"NST", -210}, Zone{"NDT", -150}, Zone{"AST", -240},
    Zone{"ADT", -180},  Zone{"JST", 540},  Zone{"KST", 540},  Zone{"HKT", 480},  Zone{"AWST", 480},
    Zone{"ACST", 570},  Zone{"ACDT", 630}, Zone{"AEST", 600}, Zone{"AEDT", 660}, Zone{"NZST", 720},
    Zone{"NZDT", 780},  Zone{"SAST", 120}, Zone{"WIB", 420},  Zone{"WITA", 480}, Zone{"WIT", 540},
    Zone{"PKT", 300},
};

/// `CEST`, or `+03`, `-0330` where the zone has no abbreviation.
void apply_zone(std::string_view name, WrittenTime& time) {
  for (const Zone& zone : kZones) {
    if (zone.name != name) continue;
    time.has_offset = true;
    time.offset_minutes = zone.minutes;
    return;
  }
  if (name.size() < 3 || (name[0] != '+' && name[0] != '-')) return;
  const bool west = name[0] == '-';
  name.remove_prefix(1);
  std::uint32_t hours = 0;
  std::uint32_t minutes = 0;
  if (!take_digits(name, 2, hours) || hours > 14 ||
      (!name.empty() && (!take_digits(name, 2, minutes) || minutes > 59 || !name.empty())))
    return;
  const int offset = static_cast<int>(hours * 60 + minutes);
  time.has_offset = true;
  time.offset_minutes = static_cast<std::int16_t>(west ? -offset : offset);
}

/// short-full: `Fri 2026-10-02 16:00:00 CEST `, with fractions in short-precise's way.
bool take_full(std::string_view& text, WrittenTime& time) {
  std::string_view zone;
  // What take_iso_time() would take for an offset stands behind a blank here.
  if (!take_weekday(text) || text.size() < 11 || text[10] != ' ' || !take_iso_time(text, time) ||
      time.has_offset || !take(text, ' ') || !take_until(text, ' ', zone) || zone.empty())
    return false;
  apply_zone(zone, time);
  return true;
}

/// short-unix: `1791000000.123456 `.
bool take_unix(std::string_view& text, WrittenTime& time) {
  std::uint32_t seconds = 0;
  std::uint32_t micros = 0;
  if (!take_number(text, seconds) || !take(text, '.') || !take_digits(text, 6, micros) ||
      !take(text, ' '))
    return false;
  time = written_utc(seconds, micros);
  return true;
}

}  // namespace

// output_short: the time, the host, the identifier (or _COMM), its PID, the message. The forms
// `short` and `short-iso` are RFC 3164's and RFC 3339's; `short-monotonic` has no date.
std::optional<FramedLine> parse_journalctl(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::journalctl;
  if (line.empty()) return std::nullopt;
  const bool taken =
      is_digit(line.front()) ? take_unix(line, framed.time) : take_full(line, framed.time);
  if (!taken || !take_tagged_header(line, false, framed)) return std::nullopt;
  return framed;
}

}  // namespace pidometer
