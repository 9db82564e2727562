#pragma once

#include <cstddef>
#include <future>
#include <utility>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/silent_jobs.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A clock with all that is learnt of it before detectors look at it. Its parts refer to one
/// another, so it stays where it was made.
struct JudgedClock {
  explicit JudgedClock(PidClock the_clock)
      : clock(std::move(the_clock)),
        silent(std::async(clock.ticks.size() < kWorthAThread
                              ? std::launch::deferred
                              : std::launch::async | std::launch::deferred,
                          [this] { return find_silent_jobs(clock); })),
        baseline(learn_baseline(clock)),
        scan(clock, baseline),
        explanations(clock, baseline, scan),
        input(clock, baseline, scan, explanations, silent.get()) {}
  JudgedClock(const JudgedClock&) = delete;
  JudgedClock& operator=(const JudgedClock&) = delete;

  /// The search takes 0.1 microseconds a tick of a log without a silence, starting a thread
  /// some 30.
  static constexpr std::size_t kWorthAThread = 10'000;

  const PidClock clock;
  std::future<SilentJobs> silent;  ///< found beside the baseline
  const Baseline baseline;
  const WindowScan scan;
  Explanations explanations;
  const DetectorInput input;
};

}  // namespace pidometer
