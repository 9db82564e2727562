#pragma once

#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A job that cron runs takes two PIDs at least: cron's child, and the job.
inline constexpr double kLeastJobPids = 2;

/// PIDs a second that are handed out while no job runs.
struct BackgroundRate {
  double per_second = 0;  ///< by the additive fit
  /// kBackgroundErrors less and more of it, as far as the log leaves it open: never below 0, and no
  /// more than leaves each job the two PIDs that it takes at least.
  double least = 0;
  double most = 0;
};

BackgroundRate learn_background_rate(const PidClock& clock, const IntervalGroups& groups,
                                     const JobCosts& costs);

}  // namespace pidometer
