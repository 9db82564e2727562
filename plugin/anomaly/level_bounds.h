#pragma once

#include <cstdint>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What a log is too short to judge.
class LevelBounds {
 public:
  /// All three must outlive it.
  LevelBounds(const PidClock& clock, const Baseline& baseline, const WindowScan& scan);

  LevelBound of(const Window& window) const;

  /// By interval: whether a job of which few runs are known goes on in it.
  const std::vector<bool>& running() const { return running_; }

  /// What the dearest job that ran once took, with what goes on behind it; 0 if there is none.
  double once_pids() const { return once_pids_; }

  /// Whether a window of so much is an alarm by its score.
  bool alarm(Window window) const;

 private:
  void mark_running();
  std::vector<std::uint32_t> behind(const RareRun& run, std::uint32_t sleep,
                                    std::uint32_t pause) const;
  double busiest_rate() const;
  double seconds_of(const Window& window) const;
  bool by_higher_side(const Window& window) const;
  bool by_quiet_hour(const Window& window) const;
  bool by_running_jobs(const Window& window) const;

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  bool short_log_ = false;
  double busiest_rate_ = 0;    ///< in a log of few days; else 0
  std::vector<bool> running_;  ///< by interval
  double once_pids_ = 0;
};

}  // namespace pidometer
