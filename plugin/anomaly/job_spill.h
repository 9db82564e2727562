#pragma once

#include <cstdint>
#include <vector>

#include "plugin/anomaly/window_scan.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A job that runs at most about three times a day and whose runs are followed, within the hour, by
/// a large excess explains one: Debian's cron.daily sleeps up to half an hour before it spends its
/// PIDs, RHEL's is started by anacron some minutes later.
class JobSpill {
 public:
  JobSpill(const PidClock& clock, const WindowScan& scan);

  /// The window's score, no larger than the chance with which other runs of a job were followed by
  /// as much.
  double explained(const Window& window) const;

 private:
  struct JobRun {
    std::uint32_t label;
    std::uint32_t tick;
    double excess;  ///< largest of one interval within the hour
  };

  const PidClock& clock_;
  std::vector<JobRun> by_tick_;
  std::vector<JobRun> by_label_;  ///< by label, then by excess
};

}  // namespace pidometer
