#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pidometer {

/// An instant: microseconds since 1970-01-01 00:00 UTC, leap seconds not counted (POSIX time).
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// A wall clock's reading in a zone still to be applied, in seconds since 1970-01-01 00:00 local.
using LocalTime = std::chrono::local_seconds;

/// [begin, end).
struct TimeRange {
  Timestamp begin;
  Timestamp end;
};

/// A time as a line has it, before year and zone are known. Fields are in range (month 1-12, second
/// 0-60).
struct WrittenTime {
  std::int32_t year = 0;  ///< 0: the line does not say
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  bool has_offset = false;
  std::int16_t offset_minutes = 0;  ///< east of UTC; with has_offset only
  std::uint32_t microsecond = 0;

  friend bool operator==(const WrittenTime&, const WrittenTime&) = default;
};

/// How sure an instant is, and in words why. `certainty` is spelled as in rows.md.
struct TimeBasis {
  std::string certainty;  ///< exact, zone_inferred, year_inferred, year_and_zone_inferred,
                          ///< zone_assumed_utc, ...
  std::string words;
};

}  // namespace pidometer
