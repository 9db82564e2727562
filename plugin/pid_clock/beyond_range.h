#pragma once

#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/steps_elsewhere.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Takes the log's last ticks out, 64 at most, to the first of which no host hands PIDs out so
/// fast: they have one neighbour, and would decide pid_max for the whole log.
std::vector<ForeignReading> take_out_too_fast_end(TickSeries& series);

/// Takes ticks out that lie beyond an inferred pid_max, where the counter of all others goes round
/// (infer_pid_range(): a few): those between two others that go on, or go round there; the log's
/// first ones; and its last ones where they are further off than the host goes in that time. Else
/// pid_max was raised, or a boot lies there: these stay.
std::vector<ForeignReading> take_out_beyond_range(TickSeries& series, const PidRange& range,
                                                  const StepsElsewhere& elsewhere);

}  // namespace pidometer
