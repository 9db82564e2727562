#pragma once

#include <cstdint>
#include <vector>

#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What the jobs of few runs of one interval cost by their runs elsewhere.
struct FewRunCost {
  double beside = 0;  ///< PIDs of the jobs of many runs, the next tick's and the background
  double pids = 0;    ///< of those that ran elsewhere too
  double rarest = 0;  ///< what of that is the rarest one's
  unsigned unknown_lines = 0;           ///< of jobs of which nothing elsewhere tells what they cost
  std::vector<std::uint32_t> teachers;  ///< the other runs of the rarest of those that ran there
  std::vector<double> residuals;  ///< of each: what it cost beyond what its jobs do by the others
};

/// A small additive fit for each interval, as JobCosts, without the interval itself and all of its
/// stretch: no excess shares itself out among the jobs beside it. What stands beside these jobs
/// elsewhere costs what JobCosts says.
class FewRunCosts {
 public:
  /// All four must outlive it.
  FewRunCosts(const PidClock& clock, const IntervalGroups& groups, const JobCosts& costs,
              const FewRuns& few)
      : clock_(clock), groups_(groups), costs_(costs), few_(few) {}

  FewRunCost of(std::uint32_t interval) const;

  /// What the jobs of many runs, the next tick and the background cost.
  double beside(std::uint32_t interval) const;

 private:
  /// The lines of an interval's jobs of few runs, sorted by label.
  struct Lines {
    std::vector<std::uint32_t> known;      ///< labels of those that ran elsewhere
    std::vector<std::uint32_t> elsewhere;  ///< intervals that say what these cost, sorted
    unsigned unknown = 0;
  };
  Lines lines_of(std::uint32_t interval) const;

  const PidClock& clock_;
  const IntervalGroups& groups_;
  const JobCosts& costs_;
  const FewRuns& few_;
};

}  // namespace pidometer
