#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pidometer {

/// Minutes since 1970-01-01 00:00 by the host's own wall clock, [begin, end): the log is whole
/// there, so that a job that was due has its line.
struct LocalStretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// The day of a number of days since 1970, as crontabs count it.
struct CalendarDay {
  std::size_t weekday = 0;  ///< from Sunday
  std::size_t month_day = 1;
};

CalendarDay calendar_day(std::int64_t day);

/// How often each minute of the day lies in stretches, on which days. Made once a series: the work
/// of asking it does not grow with their number, but for due_days().
class CoveredMinutes {
 public:
  static constexpr std::size_t kWeekdays = 7;
  static constexpr std::size_t kMonthDays = 32;  ///< from 1

  /// `stretches`: ascending, apart.
  explicit CoveredMinutes(std::vector<LocalStretch> stretches);

  bool covers(std::int64_t minute) const;
  /// Days on which a minute of the day is covered: of all, of a weekday (from Sunday), of a day of
  /// the month.
  std::uint64_t days(std::size_t minute_of_day) const;
  std::uint64_t weekdays(std::size_t minute_of_day, std::size_t weekday) const;
  std::uint64_t month_days(std::size_t minute_of_day, std::size_t month_day) const;
  /// The days themselves, since 1970, ascending; none where the log has more than kMostDays.
  std::vector<std::int64_t> due_days(std::size_t minute_of_day) const;

 private:
  static constexpr std::size_t kMinutes = 24 * 60;
  /// Eleven years: the days take 700 kB, and a made-up log that names more of them costs no more.
  static constexpr std::size_t kMostDays = 4000;

  void note_days();

  std::vector<LocalStretch> stretches_;
  std::vector<std::int64_t> weekdays_;                                ///< kWeekdays a minute
  std::vector<std::int64_t> month_days_;                              ///< kMonthDays a minute
  std::vector<std::pair<std::int64_t, std::bitset<kMinutes>>> days_;  ///< and which minutes of each
};

}  // namespace pidometer
