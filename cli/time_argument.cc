#include "cli/time_argument.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pidometer {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;

constexpr std::string_view kZoneFolder = "/usr/share/zoneinfo/";

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const char* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// `+05:30`, `-0600`, `+02`; the whole rest of the text.
std::optional<minutes> parse_offset(std::string_view text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const std::optional<int> hours = take_number(text, 2);
  if (!hours || *hours > 15) return std::nullopt;
  int minute = 0;
  if (!text.empty()) {
    take_char(text, ':');
    const std::optional<int> taken = take_number(text, 2);
    if (!taken || *taken > 59) return std::nullopt;
    minute = *taken;
  }
  if (!text.empty()) return std::nullopt;
  return minutes(sign * (*hours * 60 + minute));
}

struct WallClock {
  LocalTime local;
  microseconds fraction{0};
  std::string_view rest;  ///< offset, Z or nothing
};

std::optional<WallClock> parse_wall_clock(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  WallClock clock{std::chrono::local_days(date), microseconds(0), text};
  if (!take_char(text, 'T') && !take_char(text, ' ')) return clock;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  clock.local += std::chrono::hours(*hour) + minutes(*minute);
  if (take_char(text, ':')) {
    const auto second = take_number(text, 2);
    if (!second || *second > 60) return std::nullopt;
    clock.local += std::chrono::seconds(*second);
    if (take_char(text, '.')) {
      int scale = 100000;
      std::size_t digits = 0;
      while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        clock.fraction += microseconds((text[0] - '0') * scale);
        scale /= 10;
        ++digits;
        text.remove_prefix(1);
      }
      if (digits == 0) return std::nullopt;
    }
  }
  clock.rest = text;
  return clock;
}

}  // namespace

Result<TimeZone> find_time_zone(const std::string& name) {
  if (name == "UTC" || name == "Z") return TimeZone();
  if (const std::optional<minutes> offset = parse_offset(name))
    return TimeZone::fixed(*offset, name);
  const auto unknown = [&name](std::string reason) {
    return fail(ErrorKind::usage, "unknown time zone '" + name + "'", std::move(reason),
                "give a name such as Europe/Berlin, or an offset such as -06:00");
  };
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos)
    return unknown("it is no name of the zone database");
  const std::string path = std::string(kZoneFolder) + name;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return unknown("there is no file " + path + " (package tzdata)");
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  Result<TimeZone> zone = TimeZone::from_tzif(std::as_bytes(std::span(bytes)), name);
  if (!zone) return unknown(zone.error().message);
  return zone;
}

Result<Timestamp> parse_time(const std::string& text, const TimeZone& zone) {
  const std::optional<WallClock> clock = parse_wall_clock(text);
  std::optional<minutes> offset;
  if (clock && clock->rest == "Z") offset = minutes(0);
  if (clock && !offset) offset = parse_offset(clock->rest);
  if (!clock || (!offset && !clock->rest.empty()))
    return fail(ErrorKind::usage, "cannot read the time '" + text + "'", {},
                "write it as 2026-10-25T02:30:00Z, with an offset, or with neither for a time in "
                "--timezone, else UTC");
  if (offset) return Timestamp(clock->local.time_since_epoch() - *offset + clock->fraction);
  return zone.to_utc(clock->local).first + clock->fraction;
}

}  // namespace pidometer
