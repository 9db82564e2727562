#include "plugin/cron_log/framing_parts.h"

#include <array>

#include "plugin/cron_log/month_names.h"
#include "plugin/cron_log/scan.h"
#include "plugin/cron_log/undated_time.h"

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

bool take_month_day(std::string_view& text, WrittenTime& time) {
  // ` 5月`: glibc pads a month's number.
  if (text.size() > 2 && text[0] == ' ' && is_digit(text[1])) text.remove_prefix(1);
  std::string_view name;
  if (!take_until(text, ' ', name)) return false;
  time.month = month_of_name(name);
  if (time.month == 0) return false;
  std::uint32_t day = 0;
  const bool english = name.size() == 3 && name[0] >= 'A' && name[0] <= 'Z';
  if (english) take(text, ' ');
  if (!(english ? take_number(text, day) : take_digits(text, 2, day)) || day < 1 ||
      day > most_days(time.month))
    return false;
  time.day = static_cast<std::uint8_t>(day);
  return take(text, ' ');
}

bool take_weekday(std::string_view& text) {
  constexpr std::array<std::string_view, 7> kDays = {"Mon ", "Tue ", "Wed ", "Thu ",
                                                     "Fri ", "Sat ", "Sun "};
  for (const std::string_view day : kDays)
    if (take(text, day)) return true;
  return false;
}

bool take_ctime(std::string_view& text, WrittenTime& time) {
  std::uint32_t year = 0;
  if (!take_weekday(text) || !take_month_day(text, time) || !take_clock(text, time) ||
      !take(text, ' ') || !take_digits(text, 4, year) || year == 0 ||
      (!text.empty() && is_digit(text.front())))
    return false;
  time.year = static_cast<std::int32_t>(year);
  constexpr unsigned kFebruary = 2;
  return time.month != kFebruary || time.day < most_days(kFebruary) || is_leap_year(time.year);
}

bool is_priority(std::string_view word) {
  // syslog(3) and the BSDs' syslog.h: prioritynames
  constexpr std::array<std::string_view, 11> kPriorities = {"emerg",  "panic", "alert",   "crit",
                                                            "err",    "error", "warning", "warn",
                                                            "notice", "info",  "debug"};
  for (const std::string_view priority : kPriorities)
    if (word == priority) return true;
  return false;
}

bool is_facility_priority(std::string_view word) {
  // facilitynames
  constexpr std::array<std::string_view, 24> kFacilities = {
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "local0",
      "local1", "local2", "local3",   "local4", "local5", "local6",   "local7",  "audit"};
  std::string_view facility;
  if (!take_until(word, '.', facility) || !is_priority(word)) return false;
  for (const std::string_view known : kFacilities)
    if (facility == known) return true;
  return false;
}

namespace {

std::int64_t local_seconds(const WrittenTime& time, std::int32_t year) {
  using namespace std::chrono;
  const auto days = sys_days(std::chrono::year(year) / std::chrono::month(time.month) /
                             std::chrono::day(time.day))
                        .time_since_epoch()
                        .count();
  return days * kSecondsPerDay + (std::int64_t{time.hour} * 60 + time.minute) * 60 + time.second;
}

}  // namespace

WrittenTime written_utc(std::int64_t seconds, std::uint32_t microsecond) {
  using namespace std::chrono;
  const std::int64_t days =
      seconds >= 0 ? seconds / kSecondsPerDay : (seconds + 1) / kSecondsPerDay - 1;
  const std::int64_t second = seconds - days * kSecondsPerDay;
  const year_month_day date{sys_days(std::chrono::days(days))};
  WrittenTime time;
  time.year = static_cast<int>(date.year());
  time.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  time.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
  time.hour = static_cast<std::uint8_t>(second / 3600);
  time.minute = static_cast<std::uint8_t>(second / 60 % 60);
  time.second = static_cast<std::uint8_t>(second % 60);
  time.has_offset = true;
  time.microsecond = microsecond;
  return time;
}

WrittenTime settle_zone(const WrittenTime& wall, const WrittenTime& utc) {
  // Zones lie between 12 hours west and 14 hours east, at quarters of an hour.
  constexpr std::int64_t kQuarter = 15 * 60;
  constexpr std::int64_t kWest = -12 * 3600;
  constexpr std::int64_t kEast = 14 * 3600;
  constexpr std::int64_t kApart = 60;
  const std::int64_t instant = local_seconds(utc, utc.year);
  // Over New Year the wall clock may show the year before or the next.
  for (std::int32_t year = utc.year - 1; year <= utc.year + 1; ++year) {
    if (wall.year != 0 && wall.year != year) continue;
    if (wall.month == 2 && wall.day == 29 && !is_leap_year(year)) continue;
    const std::int64_t apart = local_seconds(wall, year) - instant;
    if (apart < kWest - kApart || apart > kEast + kApart) continue;
    // Rounded towards the nearest quarter, of a sum that is never negative.
    const std::int64_t offset = (apart - kWest + kQuarter / 2) / kQuarter * kQuarter + kWest;
    const std::int64_t left = apart - offset;
    if (left < -kApart || left > kApart) continue;
    WrittenTime settled = wall;
    settled.year = year;
    settled.has_offset = true;
    settled.offset_minutes = static_cast<std::int16_t>(offset / 60);
    return settled;
  }
  return utc;
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

/// `host cron.info tag[pid]: ` (busybox syslogd), `notice host tag[pid]: ` (syslog templates of
/// vendors), `<cron.info> host tag[pid]: ` and `<9.6> host ...` (FreeBSD's syslogd -v), where the
/// first of the words has been taken for the host.
void take_tag_behind_priority(std::string_view& text, FramedLine& line) {
  std::string_view rest = text;
  std::string_view word;
  if (!take_until(rest, ' ', word) || word.empty() || !take_tag(rest, line)) return;
  const std::string_view first = line.hostname;
  if (!is_facility_priority(word)) {
    const bool bracketed = first.size() > 2 && first.front() == '<' && first.back() == '>' &&
                           first.find('.') != std::string_view::npos;
    if (!is_priority(first) && !is_facility_priority(first) && !bracketed) {
      line.tag = {};
      line.has_pid = false;
      line.pid = 0;
      return;
    }
    line.hostname = word;
  }
  text = rest;
}

}  // namespace

bool take_tagged_header(std::string_view text, bool priority_first, FramedLine& line) {
  if (!take_tag(text, line)) {
    std::string_view host;
    if (!take_until(text, ' ', host) || host.empty()) return false;
    if (!priority_first || !is_facility_priority(host)) line.hostname = host;
    if (!take_tag(text, line)) return false;
  }
  line.text = text;
  return true;
}

bool take_syslog_header(std::string_view text, FramedLine& line) {
  if (!take_tag(text, line)) {
    std::string_view host;
    if (!take_until(text, ' ', host) || host.empty()) return false;
    line.hostname = host;
    // Without a tag it is still a line: "last message repeated 2 times", a kernel line.
    if (!take_tag(text, line)) take_tag_behind_priority(text, line);
  }
  line.text = text;
  return true;
}

}  // namespace pidometer
