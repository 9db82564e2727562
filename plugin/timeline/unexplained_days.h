#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "plugin/timeline/host_clock.h"

namespace pidometer {

/// What one day of a host's log left unexplained.
struct UnexplainedDay {
  double pids = 0;              ///< the sum over its intervals, with the deficits
  std::uint32_t intervals = 0;  ///< that begin in it and were judged
};

/// Days since 1970-01-01 by the host's own clock.
using UnexplainedDays = std::map<std::int64_t, UnexplainedDay>;

/// The day of an instant by a clock so many minutes east of UTC, counted from 1970-01-01.
std::int64_t local_day(Timestamp time, int utc_offset_minutes);

/// From the first to the last reading; a day of which nothing was judged is missing.
UnexplainedDays unexplained_days(const HostClock& clock);

/// The days as one line of marks.
struct Sparkline {
  std::string marks;
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;
  std::int64_t days_a_mark = 1;
  std::int64_t peak_day = 0;
  std::int64_t peak_pids = 0;  ///< rounded; 0: nothing is unexplained
};

/// At most `columns` marks, each the largest of its days; their heights are logarithmic, since one
/// night of a compiler must not make a flat line of all others. Without `unicode` in ASCII. A day
/// that was not judged is `·` or a space. Empty marks for no days.
Sparkline draw_sparkline(const UnexplainedDays& days, std::size_t columns, bool unicode);

}  // namespace pidometer
