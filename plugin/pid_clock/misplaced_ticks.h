#pragma once

#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Takes ticks out that stand elsewhere than where their time and their PID belong: lines that were
/// repeated, written late, swapped or moved. Time and PIDs fall together there and come back after
/// a few ticks, and each of these few fits, by both, between others that stand further up (or, of
/// lines that came too early, further down). Must not be taken for a boot. What such a tick cost is
/// spent in the interval where it belongs: its host (Tick::joined). Returns what was taken out, in
/// the log's order; a run of more than 64 ticks is left where it is.
std::vector<ForeignReading> take_out_misplaced_ticks(TickSeries& series);

}  // namespace pidometer
