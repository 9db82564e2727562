#include "base/posix_tz.h"

#include <algorithm>

namespace pidometer {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Gregorian dates repeat after 400 years; std::chrono::year only reaches to 32767.
constexpr days kCycle{146097};

constexpr int kMaxOffsetHours = 24;  // POSIX: 0 to 24 in an offset
constexpr int kMaxRuleHours = 167;   // RFC 8536, 3.3.1

/// Reads from the front of a text; every function leaves it untouched where it fails.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<int> number(int low, int high) {
    constexpr std::size_t kMaxDigits = 3;  // 365 is the largest number of the form
    int value = 0;
    std::size_t used = 0;
    while (used < text_.size() && used < kMaxDigits && text_[used] >= '0' && text_[used] <= '9')
      value = value * 10 + (text_[used++] - '0');
    if (used == 0 || value < low || value > high) return std::nullopt;
    text_.remove_prefix(used);
    return value;
  }
  bool zone_name() {
    constexpr std::size_t kMinName = 3;
    const bool quoted = take('<');
    std::size_t used = 0;
    while (used < text_.size() && is_name_char(text_[used], quoted)) ++used;
    if (used < kMinName) return false;
    text_.remove_prefix(used);
    return !quoted || take('>');
  }
  /// `[+-]hh[:mm[:ss]]`
  std::optional<seconds> time(int max_hours) {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto h = number(0, max_hours);
    if (!h) return std::nullopt;
    seconds value = hours(*h);
    for (const int unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = number(0, 59);
      if (!part) return std::nullopt;
      value += seconds(*part * unit);
    }
    return negative ? -value : value;
  }
  std::optional<PosixRule> rule() {
    PosixRule rule;
    if (take('M')) {
      const auto month = number(1, 12);
      if (!month || !take('.')) return std::nullopt;
      const auto week = number(1, 5);
      if (!week || !take('.')) return std::nullopt;
      const auto day = number(0, 6);
      if (!day) return std::nullopt;
      rule.month = *month;
      rule.week = *week;
      rule.day = *day;
    } else {
      const bool julian = take('J');
      const auto day = julian ? number(1, 365) : number(0, 365);
      if (!day) return std::nullopt;
      rule.form = julian ? PosixRule::Form::julian : PosixRule::Form::zero_based;
      rule.day = *day;
    }
    if (take('/')) {
      const auto when = time(kMaxRuleHours);
      if (!when) return std::nullopt;
      rule.time = *when;
    }
    return rule;
  }

 private:
  static bool is_name_char(char c, bool quoted) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
    return quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-');
  }

  std::string_view text_;
};

sys_days day_of(const PosixRule& rule, std::chrono::year year) {
  using namespace std::chrono;
  const sys_days new_year = year / January / 1;
  switch (rule.form) {
    case PosixRule::Form::julian:
      return new_year + days(rule.day - 1 + (year.is_leap() && rule.day >= 60 ? 1 : 0));
    case PosixRule::Form::zero_based:
      return new_year + days(rule.day);
    case PosixRule::Form::month_week_day:
      break;
  }
  const month in_month{static_cast<unsigned>(rule.month)};
  const weekday on{static_cast<unsigned>(rule.day)};
  if (rule.week == 5) return sys_days(year / in_month / on[last]);
  return sys_days(year / in_month / on[static_cast<unsigned>(rule.week)]);
}

}  // namespace

std::size_t PosixTz::jumps_around(sys_seconds instant, std::array<Jump, kJumps>& out) const {
  if (!has_daylight) return 0;
  const seconds cycle = kCycle;
  const auto since = instant.time_since_epoch();
  const auto cycles = since / cycle - (since % cycle < seconds(0) ? 1 : 0);
  const seconds shift = cycle * cycles;
  const auto in_cycle = std::chrono::floor<days>(instant - shift);
  const std::chrono::year middle = std::chrono::year_month_day(in_cycle).year();
  std::size_t count = 0;
  for (int step = -1; step <= 1; ++step) {
    const std::chrono::year year = middle + std::chrono::years(step);
    // The end first: where both fall on one instant (daylight saving all year), the start wins.
    out[count++] = {sys_seconds(day_of(end, year)) + end.time - daylight + shift, daylight,
                    standard};
    out[count++] = {sys_seconds(day_of(start, year)) + start.time - standard + shift, standard,
                    daylight};
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Jump& a, const Jump& b) { return a.at < b.at; });
  return count;
}

seconds PosixTz::offset_at(sys_seconds instant) const {
  std::array<Jump, kJumps> jumps;
  const std::size_t count = jumps_around(instant, jumps);
  seconds offset = count == 0 ? standard : jumps[0].before;
  for (std::size_t i = 0; i < count && jumps[i].at <= instant; ++i) offset = jumps[i].after;
  return offset;
}

std::optional<PosixTz> parse_posix_tz(std::string_view text) {
  Cursor cursor(text);
  PosixTz tz;
  if (!cursor.zone_name()) return std::nullopt;
  const auto west = cursor.time(kMaxOffsetHours);
  if (!west) return std::nullopt;
  tz.standard = -*west;
  if (cursor.at_end()) return tz;

  tz.has_daylight = true;
  if (!cursor.zone_name()) return std::nullopt;
  tz.daylight = tz.standard + hours(1);
  if (!cursor.take(',')) {
    const auto daylight_west = cursor.time(kMaxOffsetHours);
    if (!daylight_west || !cursor.take(',')) return std::nullopt;
    tz.daylight = -*daylight_west;
  }
  const auto start = cursor.rule();
  if (!start || !cursor.take(',')) return std::nullopt;
  const auto end = cursor.rule();
  if (!end || !cursor.at_end()) return std::nullopt;
  tz.start = *start;
  tz.end = *end;
  return tz;
}

}  // namespace pidometer
