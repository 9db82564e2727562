#pragma once

#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A host whose background comes in bursts has them in so few of its intervals that fences cut them
/// off, and looks quieter than it is. Where such bursts come many times on most days they are the
/// host's own, and no intruder's nights: sets `bursts` of the groups and `burst_ratio`.
void find_usual_bursts(const PidClock& clock, IntervalGroups& groups);

}  // namespace pidometer
