#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plugin/anomaly/daily_bursts.h"
#include "plugin/anomaly/job_habit.h"
#include "plugin/anomaly/job_spill.h"
#include "plugin/anomaly/job_totals.h"
#include "plugin/anomaly/level_bounds.h"
#include "plugin/anomaly/seen_share.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

/// What of a window's score was explained, and how.
struct ExplainedSteps {
  JobSpill::Steps spill;
  SeenShare habit;
  JobTotals::Steps totals;
  bool without_jobs = false;  ///< what jobs explain of single intervals was taken out of the window
  double jobs_chance = 0;     ///< the largest score that they leave of one
  double rest_excess = 0;     ///< of the window without these
  double rest_score = 0;
  DailyBursts::Steps bursts;
};

/// All that explains an excess with the chance with which it did so before. Learns from the log
/// when it is first asked: once a series, whoever asks.
class Explanations {
 public:
  /// All three must outlive it.
  Explanations(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
      : clock_(clock), baseline_(baseline), scan_(scan) {}

  /// The window's score, no larger than what any of them leaves of it. What explains one interval
  /// of a window is taken out of the window. `steps`, where it is asked for: the arithmetic.
  double explained(const Window& window, ExplainedSteps* steps = nullptr);

  /// The same, did jobs that run at odd minutes (odd_runs.h) explain nothing.
  double explained_without_odd(const Window& window);

  /// Whether such a job runs in the window or within the hour before.
  bool behind_odd_run(const Window& window) const;
  /// Whether one runs in it.
  bool holds_odd_run(const Window& window) const;

  /// The same of a gap's one interval, `gap`, that would have been `intervals` of the kinds which
  /// the ticks `like` begin: what any of these explains may have happened in it.
  double explained(const Window& gap, std::size_t intervals, std::span<const std::uint32_t> like);

  /// Why the window's excess is low at most, if it is.
  LevelBound bound(const Window& window);

 private:
  static constexpr float kUnknown = -1;
  static constexpr float kNot = -2;

  /// What was learnt.
  struct Learnt {
    Learnt(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
        : spill(clock, baseline.odd_runs, scan),
          habit(clock, baseline, scan),
          totals(clock, baseline.odd_runs, scan),
          bursts(clock, scan, spill, habit),
          bounds(clock, baseline, scan),
          by_jobs(clock.intervals.size(), kUnknown) {}

    JobSpill spill;
    JobHabit habit;
    JobTotals totals;
    DailyBursts bursts;
    LevelBounds bounds;
    std::vector<float>
        by_jobs;  ///< what a job leaves of an interval's score; kNot: it explains nothing
  };

  Learnt& learnt();
  std::uint32_t last_odd_run(const Window& window) const;
  double left_by_jobs(std::uint32_t interval, bool by_odd);
  float by_jobs(std::uint32_t interval);
  double explained(const Window& window, bool by_odd, ExplainedSteps& told);

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  std::unique_ptr<Learnt> learnt_;
};

}  // namespace pidometer
