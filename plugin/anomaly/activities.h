#pragma once

#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Puts excesses together that are neighbours, or apart by a quiet interval or two: each gets the
/// number of its activity, and an anomaly of kind `activity` that sums their windows up is added. A
/// lone excess that is its whole window is no activity.
void add_activities(const PidClock& clock, std::vector<Anomaly>& anomalies);

}  // namespace pidometer
