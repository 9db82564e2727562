#pragma once

#include <cstdint>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What a boot that no line tells may be instead.
struct WrapInstead {
  std::int64_t excess = 0;      ///< PIDs beyond what the host spends in the time; 0: it is no wrap
  bool shortly_before = false;  ///< a boot comes as close to where the counter wraps by chance no
                                ///< more than once in twenty times
};

/// Had the counter wrapped at the start of the session and not restarted. Nothing where a STARTUP
/// line or a boot ID tells the boot, or a wrap would take more than can be known.
WrapInstead wrap_instead_of(const PidClock& clock, const BootSession& session);

/// The same of the boot between the tick and the next one.
WrapInstead wrap_instead_behind(const PidClock& clock, std::uint32_t tick);

}  // namespace pidometer
