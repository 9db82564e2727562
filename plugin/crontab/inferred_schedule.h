#pragma once

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

/// Tells from its runs when a job is due. `runs`: local minutes, ascending; `stretches`: ascending,
/// apart.
///
/// A minute of the day belongs to a line if the job ran then on most of the days, or on most of the
/// same days of the week or of the month, and at least twice; minutes of the hour that have the
/// same hours share a line. What a crontab says in another way (`*/7`, two lines of one command, a
/// line that was changed) comes out as lines that are due at the same times.
InferredSchedule infer_schedule(std::span<const std::int64_t> runs,
                                std::span<const LocalStretch> stretches);

}  // namespace pidometer
