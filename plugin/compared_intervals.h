#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Intervals that one is compared with, and why.
struct Compared {
  std::vector<std::uint32_t> intervals;  ///< in the order of the log, without the one itself
  std::string rule;
};

/// Says of an interval which others the baseline compared it with.
class ComparedIntervals {
 public:
  /// `clock` must outlive it.
  explicit ComparedIntervals(const PidClock& clock);

  const IntervalGroups& groups() const { return groups_; }
  /// Whether there are enough like it to be compared with one another.
  bool common(std::uint32_t interval) const;
  /// `interval` must be one that was judged.
  Compared of(std::uint32_t interval) const;
  /// How often each distance in PIDs was seen among them: (PIDs, times), ascending.
  std::vector<std::pair<std::int32_t, std::uint32_t>> counts(std::uint32_t interval);

 private:
  Compared of_common_group(std::uint32_t interval) const;
  Compared of_rarest_job(std::uint32_t interval) const;

  const PidClock& clock_;
  IntervalGroups groups_;
  FewRuns few_;
  using Counts = std::map<std::int32_t, std::uint32_t>;
  /// Of whole groups, by group and minute of the hour: many findings are of one group.
  std::map<std::pair<std::uint32_t, std::uint32_t>, Counts> counted_;
};

}  // namespace pidometer
