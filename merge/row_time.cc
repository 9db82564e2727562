#include "merge/row_time.h"

#include <charconv>
#include <chrono>
#include <vector>

#include "base/iso8601.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;

/// 0001-01-01 and 10000-01-01: what ISO 8601 has with four digits.
constexpr Timestamp kFirst{std::chrono::sys_days(std::chrono::year(1) / 1 / 1)};
constexpr Timestamp kEnd{std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)};

/// Without Plaso's word for it, a number of so many digits can only be microseconds: as
/// milliseconds it would lie beyond the year 5138, and as microseconds it lies after 1973.
constexpr std::int64_t kSurelyMicroseconds = 100'000'000'000'000;

std::optional<std::int64_t> integer(const JsonMember* member) {
  if (member == nullptr || member->type != JsonType::integer) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = member->value.data() + member->value.size();
  const auto [stop, error] = std::from_chars(member->value.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// What Plaso writes with a timestamp of 0.
bool says_invalid(const JsonMember* date_time) {
  if (date_time == nullptr || date_time->type != JsonType::object) return false;
  std::vector<JsonMember> members;
  split_json_object(date_time->value, members);
  for (const JsonMember& member : members)
    if (member.key == "__class_name__")
      return member.value == "\"InvalidTime\"" || member.value == "\"NotSet\"";
  return false;
}

bool in_range(Timestamp time) {
  return time >= kFirst && time < kEnd;
}

std::optional<RowTime> by_datetime(const WrittenRowTime& written, std::string& reason) {
  std::string_view text = written.datetime->value;
  std::optional<Iso8601Time> parsed;
  if (written.datetime->type == JsonType::string)
    parsed = parse_iso8601(text.substr(1, text.size() - 2));
  if (!parsed) {
    constexpr std::size_t kShown = 40;
    reason = "its datetime, " + escape_bytes(text.substr(0, kShown)) +
             (text.size() > kShown ? "..." : "") +
             ", is no time of ISO 8601 that is read: write it as 2026-10-25T02:30:00Z";
    return std::nullopt;
  }
  RowTime out;
  out.datetime_stands = parsed->offset.has_value() && !parsed->reshaped;
  out.timestamp = integer(written.timestamp);
  out.time = Timestamp(parsed->local.time_since_epoch() -
                       parsed->offset.value_or(std::chrono::minutes(0)) + parsed->fraction);
  if (!parsed->offset) {
    // A wall clock of a zone that no one names: where `timestamp` stands so near that only a zone
    // can lie between, it is the instant.
    const bool told =
        out.timestamp && *out.timestamp > kSurelyMicroseconds &&
        in_range(Timestamp(microseconds(*out.timestamp))) &&  // else the difference may overflow
        std::chrono::abs(Timestamp(microseconds(*out.timestamp)) - out.time) <= hours(15);
    if (told)
      out.time = Timestamp(microseconds(*out.timestamp));
    else
      out.zone_assumed = true;
  }
  out.differs = written.timestamp != nullptr && written.timestamp->type != JsonType::null &&
                out.timestamp != out.time.time_since_epoch().count();
  if (in_range(out.time)) return out;
  reason = "its datetime lies outside the years 1 to 9999";
  return std::nullopt;
}

}  // namespace

std::optional<RowTime> row_time(const WrittenRowTime& written, std::string& reason) {
  if (written.datetime != nullptr && written.datetime->type != JsonType::null)
    return by_datetime(written, reason);
  const std::optional<std::int64_t> timestamp = integer(written.timestamp);
  if (!timestamp) {
    reason = written.timestamp == nullptr ? "it has neither datetime nor timestamp"
                                          : "it has no datetime, and its timestamp is no integer "
                                            "of 64 bits";
    return std::nullopt;
  }
  if (says_invalid(written.date_time) || (*timestamp == 0 && written.date_time == nullptr)) {
    reason = "its time is not known (a timestamp of 0, or a date_time that says so)";
    return std::nullopt;
  }
  const std::int64_t value = *timestamp;
  if (!written.is_plaso && value < kSurelyMicroseconds && value > -kSurelyMicroseconds) {
    reason = "it has no datetime, and nothing says the unit of its timestamp";
    return std::nullopt;
  }
  RowTime out;
  out.time = Timestamp(microseconds(*timestamp));
  out.timestamp = timestamp;
  if (in_range(out.time)) return out;
  reason = "its timestamp lies outside the years 1 to 9999";
  return std::nullopt;
}

}  // namespace pidometer
