#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugin/crontab/covered_minutes.h"

namespace pidometer {

/// A line as it would stand in a crontab, told from when the job ran.
struct InferredLine {
  std::string fields;  ///< `*/10 * * * *`: the five fields of crontab(5)
  /// Times at which it was due while the log is whole; a minute that the clock showed twice, and in
  /// which it ran twice, are two.
  std::uint64_t due = 0;
  std::uint64_t runs = 0;  ///< at how many of them the job ran
  /// Local minutes of its first and of its last run, where the line began or ended within the log.
  std::optional<std::int64_t> since = {};
  std::optional<std::int64_t> until = {};
};

struct InferredSchedule {
  std::vector<InferredLine> lines;
  std::uint64_t other_runs = 0;  ///< that keep to no line
};

/// Tells from its runs when a job is due. `runs`: local minutes, ascending.
///
/// A minute of the day belongs to a line if the job ran then on most of the days, or on most of the
/// same days of the week or of the month, and at least twice; minutes of the hour that have the
/// same hours share a line. Where the job ran then in a part of the log only, the line has its
/// begin or its end. What a crontab says in another way (`*/7`, two lines of one command) comes out
/// as lines that are due at the same times.
InferredSchedule infer_schedule(std::span<const std::int64_t> runs, const CoveredMinutes& covered);

}  // namespace pidometer
