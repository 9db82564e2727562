#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// One tick whose PID fits its neighbours and whose time does not, while theirs fit one another. Of
/// ticks in a row that were edited alike each has one, with the same interval and neighbours.
struct EditedTime {
  std::uint32_t interval = 0;  ///< the one whose time runs backwards
  std::uint32_t tick = 0;      ///< the tick that does not fit
  std::uint32_t before = 0;    ///< ticks around it (around all of the row) that fit one another
  std::uint32_t behind = 0;
};

/// A clock that is set moves all that follows, and its jobs run at the minutes that it shows; an
/// edit moves one line, or some by as much, away from their minutes. Ascending by interval and
/// tick.
std::vector<EditedTime> find_edited_times(const PidClock& clock);

}  // namespace pidometer
