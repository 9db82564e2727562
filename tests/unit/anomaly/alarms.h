#pragma once

#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

namespace pidometer::testing {

/// What a simulated host's log gives at medium and above, of excesses.
inline std::vector<Anomaly> alarms(const HostPlan& plan) {
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.level < Level::medium;
  });
  return found;
}

}  // namespace pidometer::testing
