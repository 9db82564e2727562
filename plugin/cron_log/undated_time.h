#pragma once

#include <cstdint>

#include "base/timestamp.h"

namespace pidometer {

/// A record's time before year and zone are known, as it is kept in StoredRecord::time while a
/// file is read. What `micros` counts is told by `utc_offset_minutes`:
///   kYearless  from a year still to be found: 366 days a year of its own count, so that a
///              February 29 has its place whatever the year turns out to be
///   kZoneless  from 1970-01-01 00:00 of the wall clock
///   else       from 1970-01-01 00:00 UTC; the number is the offset that the line named
inline constexpr std::int16_t kYearless = -32768;
inline constexpr std::int16_t kZoneless = -32767;

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kSecondsPerDay = 86400;
inline constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
inline constexpr std::int64_t kDaysPerCountedYear = 366;
inline constexpr std::int64_t kMicrosPerCountedYear = kDaysPerCountedYear * kMicrosPerDay;

struct UndatedTime {
  std::int64_t micros = 0;
  std::int16_t utc_offset_minutes = kYearless;
};

/// Of a yearless time the year counts as 0.
UndatedTime undated(const WrittenTime& written);

/// Days since 1970-01-01 of the day numbered `day` (0: January 1; 59: February 29) in `year`; where
/// that year has no February 29, March 1 stands for it.
std::int64_t days_of(std::int32_t year, std::int64_t day);

bool is_leap_year(std::int32_t year);

}  // namespace pidometer
