#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pidometer {

/// Minutes since 1970-01-01 00:00 by the host's own wall clock, [begin, end): the log is whole
/// there, so that a job that was due has its line.
struct LocalStretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// A line as it would stand in a crontab, told from when the job ran.
struct InferredLine {
  std::string fields;      ///< `*/10 * * * *`: the five fields of crontab(5)
  std::uint64_t due = 0;   ///< times at which it was due while the log is whole
  std::uint64_t runs = 0;  ///< at how many of them the job ran
};

struct InferredSchedule {
  std::vector<InferredLine> lines;
  std::uint64_t other_runs = 0;  ///< that keep to no line
};

/// How often each minute of the day lies in stretches, on which days. Made once a series: the work
/// of asking it does not grow with their number.
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

 private:
  static constexpr std::size_t kMinutes = 24 * 60;

  std::vector<LocalStretch> stretches_;
  std::vector<std::int64_t> weekdays_;    ///< kWeekdays a minute
  std::vector<std::int64_t> month_days_;  ///< kMonthDays a minute
};

/// Tells from its runs when a job is due. `runs`: local minutes, ascending.
///
/// A minute of the day belongs to a line if the job ran then on most of the days, or on most of the
/// same days of the week or of the month, and at least twice; minutes of the hour that have the
/// same hours share a line. What a crontab says in another way (`*/7`, two lines of one command, a
/// line that was changed) comes out as lines that are due at the same times.
InferredSchedule infer_schedule(std::span<const std::int64_t> runs, const CoveredMinutes& covered);

}  // namespace pidometer
