#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// The ticks of a log by their times, wherever they stand in it.
class TimeOrder {
 public:
  explicit TimeOrder(const PidClock& clock) : clock_(clock) {}

  /// The last tick whose time is not later than the tick's, but for the tick before it in the log;
  /// kNoTick where there is none. Of several at that time the one whose PID is closest.
  std::uint32_t before(std::uint32_t tick);

  /// The first one whose time is not earlier, but for the tick behind it in the log.
  std::uint32_t behind(std::uint32_t tick);

 private:
  std::uint32_t nearest(std::uint32_t tick, std::uint32_t but, int step);

  const PidClock& clock_;
  std::vector<std::uint32_t> by_time_;  ///< sorted when it is first asked for
};

}  // namespace pidometer
