#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// What was done to readings of which some stood in the wrong places.
struct ReadingMoves {
  struct Move {
    std::uint32_t to = 0;    ///< index of the place
    std::uint32_t from = 0;  ///< index, in the log's order, of the reading that stands there now
  };
  std::vector<Move> moves;              ///< ascending by `to`; those that changed their place
  std::vector<std::uint32_t> repeated;  ///< places, then, of readings that count no more

  bool empty() const { return moves.empty() && repeated.empty(); }
};

/// Does to readings in the log's order what was done to those that the moves were told of.
void apply_moves(const ReadingMoves& moves, std::vector<Reading>& readings);

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
