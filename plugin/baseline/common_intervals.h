#pragma once

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Fills expectation, comparables and periodic sources for the intervals of common groups: the mean
/// of the group's core, shifted by what the minute of the hour adds.
/// Returns the variance per half minute, pooled over all common groups (0 if there are none).
double expect_common_intervals(const PidClock& clock, const IntervalGroups& groups,
                               Baseline& baseline);

}  // namespace pidometer
