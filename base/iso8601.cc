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

/// Seconds and what follows their point, however many digits.
bool take_seconds(std::string_view& text, Iso8601Time& time) {
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return false;
  time.local += std::chrono::seconds(*second);
  if (!take_char(text, '.')) return true;
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
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  Iso8601Time time{std::chrono::local_days(date), microseconds(0), std::nullopt};
  if (take_char(text, 'T') || take_char(text, ' ')) {
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    time.local += std::chrono::hours(*hour) + minutes(*minute);
    if (take_char(text, ':') && !take_seconds(text, time)) return std::nullopt;
  }
  if (text.empty()) return time;
  if (text == "Z") text = "+00";
  time.offset = parse_utc_offset(text);
  if (!time.offset) return std::nullopt;
  return time;
}

}  // namespace pidometer
