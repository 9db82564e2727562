#include "plugin/cron_log/framing_parts.h"

#include <array>

#include "plugin/cron_log/scan.h"

namespace pidometer {

unsigned most_days(unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 ? kDays[month - 1] : 0;
}

bool take_priority(std::string_view& text) {
  if (text.empty() || text.front() != '<') return true;
  text.remove_prefix(1);
  constexpr std::uint32_t kMaxPriority = 191;  // RFC 5424, 6.2.1
  std::uint32_t priority = 0;
  return take_number(text, priority) && priority <= kMaxPriority && take(text, '>');
}

bool take_clock(std::string_view& text, WrittenTime& time) {
  std::uint32_t hour = 0;
  std::uint32_t minute = 0;
  std::uint32_t second = 0;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) ||
      !take(text, ':') || !take_digits(text, 2, second))
    return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  time.hour = static_cast<std::uint8_t>(hour);
  time.minute = static_cast<std::uint8_t>(minute);
  time.second = static_cast<std::uint8_t>(second);
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    std::uint32_t unit = 100000;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
      time.microsecond += unit * static_cast<std::uint32_t>(text[digits] - '0');
      unit /= 10;
    }
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  return true;
}

bool take_iso_time(std::string_view& text, WrittenTime& time) {
  std::uint32_t year = 0;
  std::uint32_t month = 0;
  std::uint32_t day = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) ||
      !take(text, '-') || !take_digits(text, 2, day))
    return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > most_days(month) ||
      (month == 2 && day == 29 && !leap))
    return false;
  if (!take(text, 'T') && !take(text, ' ')) return false;
  if (!take_clock(text, time)) return false;
  time.year = static_cast<std::int32_t>(year);
  time.month = static_cast<std::uint8_t>(month);
  time.day = static_cast<std::uint8_t>(day);
  if (take(text, 'Z')) {
    time.has_offset = true;
  } else if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    const bool west = text.front() == '-';
    text.remove_prefix(1);
    std::uint32_t hours = 0;
    std::uint32_t minutes = 0;
    if (!take_digits(text, 2, hours)) return false;
    take(text, ':');
    if (!take_digits(text, 2, minutes) || hours > 26 || minutes > 59) return false;
    const int offset = static_cast<int>(hours * 60 + minutes);
    time.has_offset = true;
    time.offset_minutes = static_cast<std::int16_t>(west ? -offset : offset);
  }
  return true;
}

namespace {

/// `tag[pid]:` or `tag:` at the front of `text`, followed by a blank or the end. A tag holds no
/// blank outside of parentheses (`run-parts(/etc/cron.daily)`).
bool take_tag(std::string_view& text, FramedLine& line) {
  const std::size_t end = text.find_first_of(" [:");
  if (end == std::string_view::npos || end == 0 || text[end] == ' ') return false;
  std::string_view rest = text.substr(end);
  bool has_pid = false;
  std::uint32_t pid = 0;
  if (take(rest, '[')) {
    if (!take_number(rest, pid) || !take(rest, ']')) return false;
    has_pid = true;
  }
  if (!take(rest, ':')) return false;
  if (!rest.empty() && !take(rest, ' ')) return false;
  line.tag = text.substr(0, end);
  line.has_pid = has_pid;
  line.pid = pid;
  text = rest;
  return true;
}

}  // namespace

bool take_syslog_header(std::string_view text, FramedLine& line) {
  if (!take_tag(text, line)) {
    std::string_view host;
    if (!take_until(text, ' ', host) || host.empty()) return false;
    line.hostname = host;
    // Without a tag it is still a line: "last message repeated 2 times", a kernel line.
    take_tag(text, line);
  }
  line.text = text;
  return true;
}

}  // namespace pidometer
