#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// One tick whose PID fits its neighbours and whose time does not, while theirs fit one another.
struct EditedTime {
  std::uint32_t interval = 0;  ///< the one whose time runs backwards
  std::uint32_t tick = 0;      ///< the tick that does not fit
};

/// A clock that is set moves all that follows; an edit moves one line. Ascending by interval.
std::vector<EditedTime> find_edited_times(const PidClock& clock);

}  // namespace pidometer
