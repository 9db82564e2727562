#pragma once

#include <cstddef>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Whether every boot left its STARTUP line but so many, and three or more did. Where each of a
/// host's boots but one left a line, and three did, hardly one in five leaves none.
inline bool boots_are_told(const PidClock& clock, std::size_t but) {
  constexpr std::size_t kToldBoots = 3;
  std::size_t told = 0;
  std::size_t untold = 0;
  for (std::size_t s = 1; s < clock.sessions.size(); ++s) {
    const BootSession& session = clock.sessions[s];
    if (session.counter_restarted) ++(session.startup ? told : untold);
  }
  return told >= kToldBoots && untold == but;
}

}  // namespace pidometer
