#pragma once

#include <utility>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A clock with all that is learnt of it before detectors look at it. Its parts refer to one
/// another, so it stays where it was made.
struct JudgedClock {
  explicit JudgedClock(PidClock the_clock)
      : clock(std::move(the_clock)),
        baseline(learn_baseline(clock)),
        scan(clock, baseline),
        explanations(clock, baseline, scan),
        input(clock, baseline, scan, explanations) {}
  JudgedClock(const JudgedClock&) = delete;
  JudgedClock& operator=(const JudgedClock&) = delete;

  const PidClock clock;
  const Baseline baseline;
  const WindowScan scan;
  Explanations explanations;
  const DetectorInput input;
};

}  // namespace pidometer
