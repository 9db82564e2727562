#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// One kind of finding: `rule` says in words when it is made.
struct Detector {
  AnomalyKind kind;
  std::string_view name;  ///< as in `pidometer:anomaly:<name>`
  std::string_view rule;
  std::vector<Anomaly> (*detect)(const PidClock& clock, const Baseline& baseline,
                                 const WindowScan& scan);
};

/// THE table: every kind of finding that the clock gives has a row, and a file detect_<name>.cc.
/// What the records alone say stands in plugin/schedule_findings.h.
std::span<const Detector> detectors();

/// What all detectors find and the activities that it adds up to, sorted by time.
std::vector<Anomaly> detect_anomalies(const PidClock& clock, const Baseline& baseline,
                                      const WindowScan& scan);

/// The same for callers that need the windows for nothing else.
std::vector<Anomaly> detect_anomalies(const PidClock& clock, const Baseline& baseline);

std::vector<Anomaly> detect_pid_excess(const PidClock& clock, const Baseline& baseline,
                                       const WindowScan& scan);
std::vector<Anomaly> detect_pid_deficit(const PidClock& clock, const Baseline& baseline,
                                        const WindowScan& scan);
std::vector<Anomaly> detect_record_gap(const PidClock& clock, const Baseline& baseline,
                                       const WindowScan& scan);
std::vector<Anomaly> detect_record_out_of_sequence(const PidClock& clock, const Baseline& baseline,
                                                   const WindowScan& scan);
std::vector<Anomaly> detect_clock_step(const PidClock& clock, const Baseline& baseline,
                                       const WindowScan& scan);
std::vector<Anomaly> detect_boot(const PidClock& clock, const Baseline& baseline,
                                 const WindowScan& scan);
std::vector<Anomaly> detect_not_a_clock(const PidClock& clock, const Baseline& baseline,
                                        const WindowScan& scan);

}  // namespace pidometer
