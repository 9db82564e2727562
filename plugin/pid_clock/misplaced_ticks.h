#pragma once

#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/reading_moves.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Finds ticks that stand elsewhere than where their time and their PID belong: lines that were
/// repeated, written late, swapped or moved. Time and PIDs fall together there and come back after
/// a few ticks, and each of these few fits, by both, between others that stand further up (or, of
/// lines that came too early, further down). Must not be taken for a boot.
///
/// Where a tick's time and PID lie between those of two neighbours its readings are put back there,
/// and the series is formed anew as if they had never left; repeated ones become checks. Where the
/// PID is off by a little the tick is taken out, and what it cost is spent in the interval where
/// its time belongs: its host (Tick::joined). Adds all to `found`, in the log's order; a run of
/// more than 64 ticks is left where it is.
ReadingMoves put_back_misplaced_ticks(std::vector<Reading>& readings, TickSeries& series,
                                      std::vector<ForeignReading>& found);

}  // namespace pidometer
