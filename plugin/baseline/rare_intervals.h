#pragma once

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/baseline/known_sets.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Fills expectation, comparables and rare runs for the intervals that have too few like them: the
/// additive fit of job costs plus the median residual of the other runs of the same rarest item,
/// with as many degrees of freedom as there are other runs. Common intervals are known before.
void expect_rare_intervals(const PidClock& clock, const IntervalGroups& groups,
                           const JobCosts& costs, const KnownSets& known, const FewRuns& few,
                           const OddRuns& odd, double variance_per_half_minute, Baseline& baseline);

}  // namespace pidometer
