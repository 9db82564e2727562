#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/edited_times.h"
#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/gap_causes.h"
#include "plugin/anomaly/silent_jobs.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What detectors look at; what several of them ask for is found once. Holds references to the
/// clock, its baseline and the scan of its windows.
struct DetectorInput {
  DetectorInput(const PidClock& the_clock, const Baseline& its_baseline, const WindowScan& its_scan,
                Explanations& its_explanations);
  /// The same where the search for silent jobs, which needs the clock alone, ran elsewhere.
  DetectorInput(const PidClock& the_clock, const Baseline& its_baseline, const WindowScan& its_scan,
                Explanations& its_explanations, SilentJobs its_silent_jobs);
  // `untimed` points into `gaps`
  DetectorInput(const DetectorInput&) = delete;
  DetectorInput& operator=(const DetectorInput&) = delete;

  const PidClock& clock;
  const Baseline& baseline;
  const WindowScan& scan;
  Explanations& explanations;
  std::vector<EditedTime> edited;
  std::vector<GapVerdict> gaps;
  std::vector<std::uint32_t> steps;  ///< parallel to `gaps`: steps_back_of()
  UntimedIntervals untimed;
  SilentJobs silent;
};

/// One kind of finding: `rule` says in words when it is made.
struct Detector {
  AnomalyKind kind;
  std::string_view name;  ///< as in `pidometer:anomaly:<name>`
  std::string_view rule;
  std::vector<Anomaly> (*detect)(const DetectorInput& input);
};

/// THE table: every kind of finding that the clock gives has a row, and a file detect_<name>.cc.
/// What the records alone say stands in plugin/schedule_findings.h.
std::span<const Detector> detectors();

/// Whether the PIDs of a short log fall so often that they may be handed out at random: no finding
/// of it is an alarm.
bool may_be_random(const PidClock& clock);

/// The most that the surplus of a gap whose lines are lost to damage may be: among them may be the
/// one of a job that hardly ever runs.
inline constexpr Level kMostBesideDamage = Level::medium;

/// What all detectors find and the activities that it adds up to, sorted by time.
std::vector<Anomaly> detect_anomalies(const DetectorInput& input);

/// The same for callers that need the windows for nothing else.
std::vector<Anomaly> detect_anomalies(const PidClock& clock, const Baseline& baseline);

std::vector<Anomaly> detect_pid_excess(const DetectorInput& input);
std::vector<Anomaly> detect_pid_deficit(const DetectorInput& input);
std::vector<Anomaly> detect_record_gap(const DetectorInput& input);
std::vector<Anomaly> detect_record_out_of_sequence(const DetectorInput& input);
std::vector<Anomaly> detect_clock_step(const DetectorInput& input);
std::vector<Anomaly> detect_boot(const DetectorInput& input);
std::vector<Anomaly> detect_not_a_clock(const DetectorInput& input);

}  // namespace pidometer
