#pragma once

#include <cstdint>
#include <span>
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

/// What puts ticks into `order`, which has their indices. `moved`: those of them that change their
/// place; a tick that is not in `order` stays where it is, and of `repeated` ones (ascending) no
/// job counts, but for a line of the tick's before them that stands behind them.
ReadingMoves moves_into(std::span<const std::uint32_t> order, const std::vector<bool>& moved,
                        std::span<const GoneTick> repeated, std::span<const Tick> ticks,
                        std::span<const Reading> readings);

}  // namespace pidometer
