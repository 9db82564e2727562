#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/crontab/covered_minutes.h"

namespace pidometer {

/// Days on which a line is due; all bits of both: every day.
struct DayPattern {
  std::bitset<CoveredMinutes::kMonthDays> month_days;
  std::bitset<CoveredMinutes::kWeekdays> weekdays;

  bool holds(const CalendarDay& day) const {
    return month_days.test(day.month_day) && weekdays.test(day.weekday);
  }
  bool operator==(const DayPattern&) const = default;
};

/// Runs of a job at one minute of the day that keep to a pattern, over all of the log or a part.
struct KeptRuns {
  DayPattern pattern;
  std::int64_t first = 0;  ///< days since 1970: of the first run, and of the last one
  std::int64_t last = 0;
  bool since = false;  ///< the job was not due then before `first`, nor
  bool until = false;  ///< behind `last`
  std::uint64_t due = 0;
  std::uint64_t runs = 0;
};

/// To what the runs at a minute of the day keep: one pattern, or several one after another, each in
/// its part of the log, where the time of the job was changed; none where they keep to nothing.
/// `days`: those on which the job ran then and the log is whole, ascending.
std::vector<KeptRuns> kept_runs(const std::vector<std::int64_t>& days, std::size_t minute,
                                const CoveredMinutes& covered);

}  // namespace pidometer
