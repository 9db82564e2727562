#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What each job costs by itself, for intervals that have too few like them: advance = sum of the
/// items' costs + a cost for each further job of the next tick + rate * length. A robust additive
/// fit over the groups' medians. A job that is not known (few_runs.h) costs nothing here: its
/// intervals would teach no more than its own cost, whatever happened in them.
class JobCosts {
 public:
  JobCosts(const PidClock& clock, const IntervalGroups& groups, const FewRuns& few);

  /// Expected advance of a group's intervals.
  double predict(const PidClock& clock, const IntervalGroup& group) const;

  double cost(std::uint32_t label) const { return label < cost_.size() ? cost_[label] : 0; }
  double per_half_minute() const { return per_half_minute_; }
  double per_next_job() const { return per_next_job_; }

 private:
  std::vector<double> cost_;
  double per_next_job_ = 0;
  double per_half_minute_ = 0;
};

}  // namespace pidometer
