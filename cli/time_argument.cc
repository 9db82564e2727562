#include "cli/time_argument.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/iso8601.h"

namespace pidometer {
namespace {

constexpr std::string_view kZoneFolder = "/usr/share/zoneinfo/";

}  // namespace

Result<TimeZone> find_time_zone(const std::string& name) {
  if (name == "UTC" || name == "Z") return TimeZone();
  if (const std::optional<std::chrono::minutes> offset = parse_utc_offset(name))
    return TimeZone::fixed(*offset, name);
  const auto unknown = [&name](std::string reason) {
    return fail(ErrorKind::usage, "unknown time zone '" + name + "'", std::move(reason),
                "give a name such as Europe/Berlin, or an offset such as -06:00");
  };
  if (name.starts_with('+') || name.starts_with('-'))
    return unknown("it is no offset from UTC, such as -06:00, of at most 15:59 hours");
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
  const std::optional<Iso8601Time> time = parse_iso8601(text);
  if (!time)
    return fail(ErrorKind::usage, "cannot read the time '" + text + "'", {},
                "write it as 2026-10-25T02:30:00Z, with an offset, or with neither for a time in "
                "--timezone, else UTC");
  if (time->offset)
    return Timestamp(time->local.time_since_epoch() - *time->offset + time->fraction);
  return zone.to_utc(time->local).first + time->fraction;
}

bool has_offset(const std::string& text) {
  const std::optional<Iso8601Time> time = parse_iso8601(text);
  return time && time->offset;
}

}  // namespace pidometer
