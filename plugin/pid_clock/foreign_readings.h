#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// A reading whose PID does not fit its neighbours while its time does.
struct ForeignReading {
  std::uint32_t record = 0;  ///< Reading::record
  Pid pid = 0;
  Timestamp time;
  Pid previous_pid = 0;  ///< of the ticks around it, which agree with one another
  Pid next_pid = 0;
  Timestamp previous_time;
  Timestamp next_time;
};

/// Takes readings out whose PID lies far outside two neighbours that agree with one another (a
/// forged or edited line): one such line must not look like a giant excess and a boot. A tick with
/// another PID that fits takes that one; a tick without is joined to the one before, which is
/// listed in `repaired` (indices into the ticks that remain, ascending). Returns what was taken
/// out, and the jobs of a tick whose PIDs lie far beyond the next tick's: in the log's order.
std::vector<ForeignReading> take_out_foreign_readings(const std::vector<Reading>& readings,
                                                      TickSeries& series,
                                                      std::vector<std::uint32_t>& repaired);

}  // namespace pidometer
