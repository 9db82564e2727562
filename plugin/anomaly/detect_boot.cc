#include "plugin/anomaly/detectors.h"

namespace pidometer {

// Rule: a STARTUP line, or a fall of the counter that no wrap explains at this host's rate.
std::vector<Anomaly> detect_boot(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> found;
  for (std::size_t s = 1; s < clock.sessions.size(); ++s) {
    const BootSession& session = clock.sessions[s];
    const BootSession& before = clock.sessions[s - 1];
    Anomaly a;
    a.kind = AnomalyKind::boot;
    a.level = Level::informational;
    // a session has a tick or a STARTUP line, most have both
    if (before.end_tick > before.first_tick) {
      const Tick& last = clock.ticks[before.end_tick - 1];
      a.window_start = last.time;
      a.first_record = last.record;
      a.first_pid = last.pid;
    } else {
      a.window_start = before.startup->time;
      a.first_record = before.startup->record;
      a.first_pid = before.startup->pid;
    }
    if (session.startup) {
      a.window_end = session.startup->time;
      a.last_record = session.startup->record;
      a.last_pid = session.startup->pid;
    } else {
      const Tick& next = clock.ticks[session.first_tick];
      a.window_end = next.time;
      a.last_record = next.record;
      a.last_pid = next.pid;
    }
    // after a boot the clock may have gone back: a window never ends before it starts
    if (a.window_end < a.window_start) a.window_start = a.window_end;
    a.boot_session = session.number;
    a.counter_restarted = session.counter_restarted;
    found.push_back(a);
  }
  return found;
}

}  // namespace pidometer
