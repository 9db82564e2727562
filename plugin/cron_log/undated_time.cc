#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

constexpr std::int32_t kLeapYear = 2000;
constexpr std::int64_t kFebruary29 = 59;

std::int64_t civil_days(std::int32_t year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day))
      .time_since_epoch()
      .count();
}

}  // namespace

bool is_leap_year(std::int32_t year) {
  return std::chrono::year(year).is_leap();
}

std::int64_t days_of(std::int32_t year, std::int64_t day) {
  const bool shorter = !is_leap_year(year) && day > kFebruary29;
  return civil_days(year, 1, 1) + day - (shorter ? 1 : 0);
}

UndatedTime undated(const WrittenTime& written) {
  UndatedTime time;
  const std::int64_t second_of_day =
      (std::int64_t{written.hour} * 60 + written.minute) * 60 + written.second;
  std::int64_t days = 0;
  if (written.year == 0) {
    days = civil_days(kLeapYear, written.month, written.day) - civil_days(kLeapYear, 1, 1);
  } else {
    days = civil_days(written.year, written.month, written.day);
    time.utc_offset_minutes = written.has_offset ? written.offset_minutes : kZoneless;
  }
  std::int64_t seconds = days * kSecondsPerDay + second_of_day;
  if (time.utc_offset_minutes > kZoneless) seconds -= std::int64_t{time.utc_offset_minutes} * 60;
  time.micros = seconds * kMicrosPerSecond + written.microsecond;
  return time;
}

}  // namespace pidometer
