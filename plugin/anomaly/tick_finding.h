#pragma once

#include <cstdint>

#include "plugin/anomaly/anomaly.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// An anomaly from one tick to another: times, records, PIDs, the first one's boot session.
inline Anomaly finding_between(const PidClock& clock, AnomalyKind kind, std::uint32_t first_tick,
                               std::uint32_t last_tick) {
  const Tick& first = clock.ticks[first_tick];
  const Tick& last = clock.ticks[last_tick];
  Anomaly a;
  a.kind = kind;
  a.window_start = first.time;
  a.window_end = last.time;
  a.first_record = first.record;
  a.last_record = last.record;
  a.first_pid = first.pid;
  a.last_pid = last.pid;
  a.boot_session = clock.sessions[session_of(clock, first_tick)].number;
  return a;
}

}  // namespace pidometer
