#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A job whose lines are missing for a while although its PIDs were handed out: somebody took one
/// user's lines, or one job's, out of the log.
struct SilentJob {
  std::uint32_t label = 0;      ///< Reading::label
  std::uint32_t last_tick = 0;  ///< the last one with the job's line before the silence
  std::uint32_t next_tick = 0;  ///< the first one with it behind, or the log's last tick
  bool comes_back = false;
  std::uint64_t missing = 0;   ///< lines that the days before had, of days with any tick
  std::uint64_t compared = 0;  ///< stretches around them that could be compared, none twice
  double observed = 0;         ///< PIDs handed out around the compared ones
  double with_job = 0;         ///< the same on the days before, when the job ran
  double without_job = 0;      ///< at most, had it not run
  double noise = 0;            ///< standard deviation of `observed` minus `with_job`
  bool doubtful = false;       ///< told less surely, or by what the job costs elsewhere
};

struct SilentJobs {
  std::vector<SilentJob> jobs;  ///< in order of label and time
  bool whole = true;  ///< false: silences without number, or of ten years of minutes; not all
                      ///< were looked at
};

/// Compares the PIDs handed out around each minute at which the job should have run with those of
/// the same minutes of the days before. A job that was taken off the schedule costs two PIDs less
/// at least (cron's child, and the job), or what its ticks cost more than those of their other jobs
/// alone; where the spread does not tell that apart nothing is said, nor where another job runs in
/// its place. Lines that are missing within one gap of the schedule
/// are one look at its PIDs, and no silence by themselves.
SilentJobs find_silent_jobs(const PidClock& clock);

}  // namespace pidometer
