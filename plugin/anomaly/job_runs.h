#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include "plugin/anomaly/window_scan.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Work of a job goes on behind its run for so long at most, as far as this program looks: Debian's
/// cron.daily sleeps up to half an hour before it spends its PIDs, RHEL's is started by anacron
/// some minutes later.
inline constexpr std::chrono::hours kBehindRun{1};

/// Intervals that are further out than this may hold such work: two standard deviations and, where
/// nothing varies, a PID.
inline double work_bound(const Window& interval) {
  return 2 * std::sqrt(interval.variance) + 1;
}

/// How many runs of each label (index) the log has.
std::vector<std::size_t> count_runs(const PidClock& clock);

}  // namespace pidometer
