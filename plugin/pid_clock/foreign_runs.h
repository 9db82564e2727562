#pragma once

#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// The same as take_out_foreign_readings() of up to 64 ticks in a row whose times fit: the PIDs
/// jump there, come back, and what stands before and behind the run goes on as if it were not
/// there. Neither an excess nor a boot: they jump further than this host spends in the time, or
/// come back to where no boot takes the counter.
std::vector<ForeignReading> take_out_foreign_runs(TickSeries& series, const PidRange& range,
                                                  const StepsElsewhere& elsewhere,
                                                  const FastStretches& fast);

/// Takes STARTUP lines out whose PIDs lie outside the jobs' around them, while these go on and no
/// boot takes the counter so far in that time: such a line was inserted or edited. Sets
/// PidRange::boot_pids by the lines that are plainly of a boot: of three or more the second largest
/// PID counts, else the largest. In the log's order.
std::vector<ForeignReading> take_out_foreign_startups(TickSeries& series, PidRange& range);

}  // namespace pidometer
