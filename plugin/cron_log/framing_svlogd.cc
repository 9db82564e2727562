#include "base/hex.h"
#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

bool take_hex(std::string_view& text, std::size_t digits, std::uint64_t& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[i];
    if (!is_digit(c) && !(c >= 'a' && c <= 'f')) return false;
    value = value * 16 + hex_value(c);
  }
  text.remove_prefix(digits);
  return true;
}

/// `@400000006553f3a1123456ab `: TAI64N. multilog and svlogd count 10 seconds between the two
/// scales whatever the leap seconds (tai_now.c: 2^62 + 10).
bool take_tai64n(std::string_view& text, WrittenTime& utc) {
  constexpr std::uint64_t kEpoch = (std::uint64_t{1} << 62U) + 10;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 33U;  // the year 2242
  std::uint64_t seconds = 0;
  std::uint64_t nanos = 0;
  if (!take(text, '@') || !take_hex(text, 16, seconds) || !take_hex(text, 8, nanos) ||
      !take(text, ' ') || seconds < kEpoch || seconds - kEpoch > kMost || nanos > 999999999)
    return false;
  utc = written_utc(static_cast<std::int64_t>(seconds - kEpoch),
                    static_cast<std::uint32_t>(nanos / 1000));
  return true;
}

/// `2026-10-02_16:00:00.12345 ` (-tt) or with a T (-ttt): UTC, which nothing in the line says.
bool take_human(std::string_view& text, WrittenTime& utc, bool& underscore) {
  if (text.size() < 12) return false;
  underscore = text[10] == '_';
  if (!underscore && text[10] != 'T') return false;
  WrittenTime clock;
  std::string_view rest = text.substr(11);
  std::uint32_t year = 0;
  std::uint32_t month = 0;
  std::uint32_t day = 0;
  std::string_view date = text.substr(0, 10);
  if (!take_digits(date, 4, year) || !take(date, '-') || !take_digits(date, 2, month) ||
      !take(date, '-') || !take_digits(date, 2, day) || year == 0 || day < 1 ||
      day > most_days(month) || !take_clock(rest, clock) || !take(rest, ' '))
    return false;
  utc = clock;
  utc.year = static_cast<std::int32_t>(year);
  utc.month = static_cast<std::uint8_t>(month);
  utc.day = static_cast<std::uint8_t>(day);
  utc.has_offset = true;
  text = rest;
  // 29 February of a year that has none: no clock wrote it.
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month != 2 || day != 29 || leap;
}

}  // namespace

// socklog-unix passes on what it reads from /dev/log, `Oct  2 18:00:00 tag[pid]: text` in local
// time without a year and a host, behind `facility.priority: `; svlogd puts its own time before it,
// in UTC. The two together are an instant with its zone.
std::optional<FramedLine> parse_svlogd(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::svlogd;
  if (line.empty()) return std::nullopt;
  WrittenTime utc;
  bool told = line.front() == '@';  // the form alone says whose it is
  if (told ? !take_tai64n(line, utc) : !take_human(line, utc, told)) return std::nullopt;
  std::string_view rest = line;
  std::string_view word;
  if (take_until(rest, ' ', word) && word.size() > 1 && word.back() == ':' &&
      is_facility_priority(word.substr(0, word.size() - 1))) {
    told = true;
    line = rest;
  }
  // Without either it is RFC 3339's.
  if (!told) return std::nullopt;
  rest = line;
  WrittenTime wall;
  if (take_month_day(rest, wall) && take_clock(rest, wall) && take(rest, ' ')) {
    framed.time = settle_zone(wall, utc);
    line = rest;
  } else {
    framed.time = utc;
  }
  if (!take_tagged_header(line, false, framed)) return std::nullopt;
  return framed;
}

}  // namespace pidometer
