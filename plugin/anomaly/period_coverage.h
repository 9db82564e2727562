#pragma once

#include <cstdint>

#include "base/timestamp.h"

namespace pidometer {

/// Of a period in which no excess would have been an alarm: no counter spends more.
inline constexpr std::int64_t kNoAlarmPids = std::int64_t{1} << 22;

/// What the log could have shown in a period (a day, a week, a month).
struct PeriodCoverage {
  TimeRange range;                   ///< [begin, end), days by the host's own clock
  std::uint64_t judged_seconds = 0;  ///< of intervals that begin in it and were judged
  std::uint64_t intervals = 0;       ///< how many they are
  std::int64_t smallest_alarm = 0;   ///< PIDs too many in half of them that raise an alarm;
                                     ///< kNoAlarmPids: none does
  std::int64_t smallest_alarm_high =
      0;  ///< the same in nine tenths of them; 0 where none is judged
};

}  // namespace pidometer
