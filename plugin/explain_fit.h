#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/baseline/background_rate.h"
#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/baseline/known_sets.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// How the mean and the variance of an interval were reckoned that too few others are like: by the
/// additive fit of what its jobs cost wherever they run.
class FitWords {
 public:
  /// All must outlive it. Learns the fit once more.
  FitWords(const LogSeries& log, const DetectorInput& input, const IntervalGroups& groups);

  /// A step a line; none where these steps do not lead to what was learnt (a wrap). What the other
  /// runs of a rare job add is told as what is left of the mean. Of jobs of few
  /// runs, whose runs are listed, only what a job at an odd minute may cost.
  std::vector<std::string> of(std::uint32_t interval) const;

 private:
  std::string fit_of(const IntervalGroup& group) const;
  std::vector<std::string> by_sets(const IntervalGroup& group, std::uint32_t interval) const;

  const LogSeries& log_;
  const DetectorInput& input_;
  const IntervalGroups& groups_;
  FewRuns few_;
  JobCosts costs_;
  BackgroundRate rate_;
  KnownSets known_;
};

}  // namespace pidometer
