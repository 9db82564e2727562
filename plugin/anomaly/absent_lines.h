#pragma once

#include <cstdint>
#include <vector>

#include "plugin/anomaly/silent_jobs.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Single lines of a job that are not in their ticks, other jobs' lines of which are, although the
/// job's PIDs were handed out: one line, or some in a row without one of the job's between.
struct AbsentLines {
  std::uint32_t label = 0;       ///< Reading::label
  std::uint32_t first_tick = 0;  ///< that lacks the job
  std::uint32_t last_tick = 0;
  std::uint32_t lines = 0;
  std::uint32_t seen = 0;     ///< of each: so many ticks of its minute around have the job, all
  std::int64_t observed = 0;  /// PIDs that were handed out in these ticks' intervals
  double with_job = 0;        ///< what these cost with the job
  double without_job = 0;     ///< at most, had it not run
  double noise = 0;           ///< standard deviation of `observed`
};

/// In order of label and time. Without what lies in the silences of `silent`: these are told.
std::vector<AbsentLines> find_absent_lines(const PidClock& clock, const Baseline& baseline,
                                           const WindowScan& scan, const SilentJobs& silent);

}  // namespace pidometer
