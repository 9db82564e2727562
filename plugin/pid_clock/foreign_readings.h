#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Takes readings out whose PID lies far outside two neighbours that agree with one another (a
/// forged or edited line): one such line must not look like a giant excess and a boot. A tick with
/// another PID that fits takes that one; a tick without is joined to the one before, which is
/// listed in `repaired` (indices into the ticks that remain, ascending). Returns how many PIDs were
/// taken out.
std::size_t take_out_foreign_readings(const std::vector<Reading>& readings, TickSeries& series,
                                      std::vector<std::uint32_t>& repaired);

}  // namespace pidometer
