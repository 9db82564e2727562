#include "plugin/timeline/time_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace pidometer {
namespace {

struct Clock {
  std::string date;  ///< 2000-11-08
  std::string time;  ///< 08:50:00, with microseconds only where there are any
};

Clock clock_of(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  Clock out;
  out.date = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  out.time = fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                         clock.seconds().count());
  if (clock.subseconds().count() != 0) {
    out.time += fmt::format(".{:06}", clock.subseconds().count());
  }
  return out;
}

Clock local_clock_of(Timestamp time, int offset_minutes) {
  return clock_of(time + std::chrono::minutes(offset_minutes));
}

std::string utc_words(const TimeBasis& basis) {
  return basis.certainty.find("assumed_utc") == std::string::npos ? "UTC" : "UTC by assumption";
}

/// The date only where it is not the one already said.
std::string clock_words(const Clock& clock, const std::string& said_date) {
  return clock.date == said_date ? clock.time : clock.date + " " + clock.time;
}

}  // namespace

std::string offset_digits(int minutes) {
  const int size = std::abs(minutes);
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

std::string iso8601(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}+00:00", clock_of(time).date, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::int64_t posix_microseconds(Timestamp time) {
  return time.time_since_epoch().count();
}

std::string window_words(TimeRange window, int offset_minutes, int end_offset_minutes,
                         const TimeBasis& basis) {
  const Clock begin = local_clock_of(window.begin, offset_minutes);
  const Clock end = local_clock_of(window.end, end_offset_minutes);
  std::string words = fmt::format("between {} {}", begin.date, begin.time);
  if (offset_minutes != end_offset_minutes) words += " (" + offset_digits(offset_minutes) + ")";
  words += " and " + clock_words(end, begin.date);
  if (offset_minutes == 0 && end_offset_minutes == 0) return words + " (" + utc_words(basis) + ")";
  const Clock utc_begin = clock_of(window.begin);
  const Clock utc_end = clock_of(window.end);
  return words + fmt::format(" ({}) = {} to {} UTC", offset_digits(end_offset_minutes),
                             clock_words(utc_begin, begin.date),
                             clock_words(utc_end, utc_begin.date));
}

std::string instant_words(Timestamp time, int offset_minutes, const TimeBasis& basis) {
  const Clock local = local_clock_of(time, offset_minutes);
  const std::string words = fmt::format("at {} {}", local.date, local.time);
  if (offset_minutes == 0) return words + " (" + utc_words(basis) + ")";
  return words + fmt::format(" ({}) = {} UTC", offset_digits(offset_minutes),
                             clock_words(clock_of(time), local.date));
}

}  // namespace pidometer
