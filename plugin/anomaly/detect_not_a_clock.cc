#include <algorithm>

#include "plugin/anomaly/detectors.h"

namespace pidometer {

// Rule: about half of the steps go down, and PIDs and distances are spread evenly over the whole
// range; or one in twenty PIDs falls, and hardly one does once they are dealt to several counters
// (pid_order.h). One row for the series, in place of all others.
std::vector<Anomaly> detect_not_a_clock(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  if (clock.order.is_clock() || clock.ticks.empty()) return {};
  const Tick& first = clock.ticks.front();
  const Tick& last = clock.ticks.back();
  Anomaly a;
  a.kind = AnomalyKind::not_a_clock;
  a.level = Level::informational;
  a.window_start = std::min(first.time, last.time);
  a.window_end = std::max(first.time, last.time);
  a.first_record = first.record;
  a.last_record = last.record;
  a.first_pid = first.pid;
  a.last_pid = last.pid;
  a.boot_session = 1;
  a.intervals = static_cast<std::uint32_t>(clock.ticks.size() - 1);
  if (clock.order.kind == PidOrderKind::several) {
    a.order_fault = OrderFault::several_counters;
    a.level = Level::low;  // whoever edits every other line has this row too
    a.steps = clock.order.steps;
    a.downward_steps = clock.order.falls;
    a.downward_steps_dealt = clock.order.falls_dealt;
    return {a};
  }
  a.steps = clock.order.steps;
  a.downward_steps = clock.order.downward_steps;
  a.unevenness = clock.order.unevenness;
  return {a};
}

}  // namespace pidometer
