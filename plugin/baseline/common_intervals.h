#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/day_minutes.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/unseen_events.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

// With these the mean of a common interval is learnt; `explain` reckons it again.
inline constexpr std::size_t kHourMinutes = 60;
/// The variance of a minute's intervals is pulled towards the group's as if it had so many more
/// intervals of that.
inline constexpr double kMinutePull = 10;
/// A spread from fewer intervals is itself uncertain: Student's t instead of the normal.
inline constexpr double kManyDegrees = 40;
/// The random part of a mean is at least the variance or this, whichever is smaller: with less the
/// negative binomial is nearly log-series and no excess on a constant host is ever surprising.
inline constexpr double kLeastRandom = 0.3;
/// Not so where the host's own bursts were counted: what varies is measured there.
inline double least_random(const IntervalGroup& group, double variance) {
  return group.bursts > 0 ? 0 : std::min(variance, kLeastRandom);
}

/// Fills expectation, comparables and periodic sources for the intervals of common groups: the mean
/// of the group's core, shifted by what the minute of the hour adds. Intervals at the minutes
/// `daily` are not of one kind with those of other hours, and teach nothing about them. Returns the
/// variance per half minute, pooled over all common groups (0 if there are none).
double expect_common_intervals(const PidClock& clock, const IntervalGroups& groups,
                               const DayMinutes& daily, Baseline& baseline);

}  // namespace pidometer
