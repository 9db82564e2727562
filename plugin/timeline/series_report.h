#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/recovered_lines.h"
#include "base/timestamp.h"
#include "plugin/anomaly/period_coverage.h"
#include "plugin/baseline/periodic_source.h"

namespace pidometer {

/// A log of garbage has one at every line; a reader of the summary needs the first of them.
inline constexpr std::size_t kListedStretches = 1000;

/// A log with a job for each customer has thousands; a person reads the first of them.
inline constexpr std::size_t kMostLearntJobs = 1000;

/// A stretch of the log over which no distance was judged: a window without a finding there says
/// nothing at all.
struct UnjudgedStretch {
  TimeRange range;
  std::string reason;
  RecoveredWithin recovered = {};  ///< of a live series: what came back that is dated within it
};

/// A run of a job, with the offset of its host's clock then, in minutes east of UTC.
struct LearntRun {
  Timestamp time;
  int utc_offset_minutes = 0;
};

/// Times at which a job is due, as a line of a crontab would have them.
struct LearntTime {
  std::string fields;  ///< `*/10 * * * *`
  std::uint64_t due = 0;
  std::uint64_t runs = 0;  ///< of those times
  /// Its first and its last run, where the line began or ended within the log.
  std::optional<LearntRun> since = {};
  std::optional<LearntRun> until = {};
};

/// A job that the records told of.
struct LearntJob {
  std::string username;
  std::string command;
  std::vector<LearntTime> times;
  std::uint64_t runs = 0;
  std::uint64_t other_runs = 0;  ///< at none of `times`
  /// PIDs of the intervals that it begins alone, up to the next record: what it costs, with all
  /// that goes on beside it. Their median and their quartiles; nothing where it never runs alone.
  std::optional<std::int32_t> pids = {};
  std::int32_t pids_low = 0;
  std::int32_t pids_high = 0;
  Timestamp first;
  Timestamp last;
};

/// What the clock made of one host series, for the summary.
struct SeriesReport {
  std::string hostname;
  std::string own_hostname = {};  ///< as the log has it, whatever the user calls the host
  std::uint64_t records = 0;
  std::uint64_t readings = 0;   ///< records whose PID is a reading of the clock
  std::uint64_t intervals = 0;  ///< distances judged
  std::uint32_t boot_sessions = 0;
  std::uint32_t wraps = 0;
  Pid pid_max = 0;
  std::string pid_max_basis;
  std::string no_clock = {};  ///< why no distance means anything; empty: the PIDs are a clock
  std::optional<TimeRange> coverage;  ///< first to last reading
  /// Of the host's clock at either end of it, in minutes east of UTC.
  int begin_utc_offset_minutes = 0;
  int end_utc_offset_minutes = 0;
  std::vector<UnjudgedStretch> unjudged =
      {};                                    ///< in the order of the log; at most kListedStretches
  std::uint64_t unjudged_intervals = 0;      ///< all of them, listed or not
  std::vector<PeriodCoverage> periods = {};  ///< in order of time
  std::vector<PeriodicSource> periodic_sources = {};
  /// Where it was asked for: what runs most comes first; at most kMostLearntJobs.
  std::vector<LearntJob> schedule = {};
};

}  // namespace pidometer
