#include "base/iso8601.h"

#include <charconv>
#include <cstddef>

namespace pidometer {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;

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

/// What follows the point or comma of a number of seconds, however many digits.
bool take_fraction(std::string_view& text, Iso8601Time& time) {
  if (take_char(text, ','))
    time.reshaped = true;
  else if (!take_char(text, '.'))
    return true;
  int scale = 100000;
  std::size_t digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    time.fraction += microseconds((text[0] - '0') * scale);
    scale /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  return digits > 0;
}

/// `03:04`, `03:04:05.6`; of the basic format `0304`, `030405.6`.
bool take_clock(std::string_view& text, bool basic, Iso8601Time& time) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 24 || (!basic && !take_char(text, ':'))) return false;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return false;
  time.local += std::chrono::hours(*hour) + minutes(*minute);
  int second = 0;
  const bool has_seconds =
      basic ? !text.empty() && text[0] >= '0' && text[0] <= '9' : take_char(text, ':');
  if (has_seconds) {
    const auto taken = take_number(text, 2);
    if (!taken || *taken > 60) return false;
    second = *taken;
    time.local += std::chrono::seconds(second);
    if (!take_fraction(text, time)) return false;
  }
  // The end of a day, which is the beginning of the next, and nothing behind it.
  if (*hour == 24 && (*minute != 0 || second != 0 || time.fraction != microseconds(0)))
    return false;
  time.leap_second = second == 60;
  time.reshaped = time.reshaped || *hour == 24 || time.leap_second;
  return true;
}

/// Leap seconds end a month of UTC's. Without an offset only that offsets are quarters of an hour
/// is known.
bool may_be_leap_second(const Iso8601Time& time) {
  if (!time.offset) return time.local.time_since_epoch() % minutes(15) == minutes(0);
  const std::chrono::local_seconds utc = time.local - *time.offset;
  const auto day = std::chrono::floor<std::chrono::days>(utc);
  return utc == day && std::chrono::year_month_day(day).day() == std::chrono::day(1);
}

}  // namespace

std::optional<minutes> parse_utc_offset(std::string_view text) {
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

std::optional<Iso8601Time> parse_iso8601(std::string_view text) {
  const auto year = take_number(text, 4);
  const bool basic = !text.empty() && text[0] != '-';
  if (!year || (!basic && !take_char(text, '-'))) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || (!basic && !take_char(text, '-'))) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  Iso8601Time time{std::chrono::local_days(date), microseconds(0), std::nullopt};
  const bool small = take_char(text, 't');
  time.reshaped = basic || small;
  if ((small || take_char(text, 'T') || take_char(text, ' ')) && !take_clock(text, basic, time))
    return std::nullopt;
  if (text == "Z" || text == "z") {
    time.reshaped = time.reshaped || text == "z";
    time.offset = minutes(0);
  } else if (!text.empty()) {
    time.offset = parse_utc_offset(text);
    if (!time.offset) return std::nullopt;
  }
  if (time.leap_second && !may_be_leap_second(time)) return std::nullopt;
  return time;
}

}  // namespace pidometer
