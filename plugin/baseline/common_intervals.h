#pragma once

#include <cstdint>

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/day_minutes.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// With so many at its minute of the hour, an interval is compared with those alone.
inline constexpr std::uint32_t kComparableSamples = 8;

/// Fills expectation, comparables and periodic sources for the intervals of common groups: the mean
/// of the group's core, shifted by what the minute of the hour adds. Intervals at the minutes
/// `daily` are not of one kind with those of other hours, and teach nothing about them. Returns the
/// variance per half minute, pooled over all common groups (0 if there are none).
double expect_common_intervals(const PidClock& clock, const IntervalGroups& groups,
                               const DayMinutes& daily, Baseline& baseline);

}  // namespace pidometer
