#include <cstdint>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/told_boots.h"
#include "plugin/anomaly/untold_boot.h"

namespace pidometer {
namespace {

// Where all others left their lines (told_boots.h) hardly one in five leaves none: that, and one
// that comes so shortly before the counter would have wrapped, are a false alarm once in a hundred
// boots.
constexpr std::size_t kThisOne = 1;

/// What the boot that no line tells may be instead.
void add_wrap(const PidClock& clock, const BootSession& session, bool others_told, Anomaly& a) {
  const WrapInstead wrap = wrap_instead_of(clock, session);
  a.excess_if_wrapped = wrap.excess;
  if (wrap.shortly_before) a.level = others_told ? Level::medium : Level::low;
}

}  // namespace

// Rule: a STARTUP line, or a fall of the counter that no wrap explains at this host's rate. The
// latter may be a wrap with a burst in it all the same: the row has both.
std::vector<Anomaly> detect_boot(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  const bool others_told = boots_are_told(clock, kThisOne);
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
    a.may_be_boot = !session.counter_restarted && session.first_tick > 0 &&
                    clock.intervals[session.first_tick - 1].may_be_boot;
    a.untold = session.counter_restarted && !session.startup && session.first_tick > 0 &&
               !other_boot(clock.ticks[session.first_tick - 1], clock.ticks[session.first_tick]);
    add_wrap(clock, session, others_told, a);
    found.push_back(a);
  }
  return found;
}

}  // namespace pidometer
