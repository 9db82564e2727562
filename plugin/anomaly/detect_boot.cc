#include "plugin/anomaly/detectors.h"

namespace pidometer {

// Rule: a STARTUP line, or a fall of the counter that no wrap explains at this host's rate.
std::vector<Anomaly> detect_boot(const PidClock& clock, const Baseline& /*baseline*/) {
  std::vector<Anomaly> found;
  for (std::size_t s = 1; s < clock.sessions.size(); ++s) {
    const BootSession& session = clock.sessions[s];
    const Tick& last = clock.ticks[session.first_tick - 1];
    const Tick& next = clock.ticks[session.first_tick];
    Anomaly a;
    a.kind = AnomalyKind::boot;
    a.level = Level::informational;
    a.window_start = last.time;
    a.first_record = last.record;
    a.first_pid = last.pid;
    a.window_end = session.startup ? session.startup->time : next.time;
    a.last_record = session.startup ? session.startup->record : next.record;
    a.last_pid = session.startup ? session.startup->pid : next.pid;
    // after a boot the clock may have gone back: a window never ends before it starts
    if (a.window_end < a.window_start) a.window_start = a.window_end;
    a.boot_session = session.number;
    a.counter_restarted = session.counter_restarted;
    found.push_back(a);
  }
  return found;
}

}  // namespace pidometer
