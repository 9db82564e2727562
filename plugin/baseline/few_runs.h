#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Jobs of few runs, fewer than kKnownRuns, and which of their runs say something of one another:
/// what is judged must not teach its own cost. Runs close together are one stretch of work, and all
/// that happened in it may be what is judged; a job that has no other is not known.
class FewRuns {
 public:
  /// Of one interval that such a job begins.
  struct Run {
    std::uint32_t interval = 0;
    std::uint32_t stretch = 0;  ///< number of it among the job's
    bool odd = false;           ///< at a minute that is none of the job's: it tells nothing
  };

  FewRuns(const PidClock& clock, const IntervalGroups& groups, const OddRuns& odd = {});

  /// Whether the job begins so few intervals that they are looked at one by one.
  bool few(std::uint32_t label) const { return first_[label + 1] > first_[label]; }

  /// Whether all of its runs are one stretch: nothing tells what it costs.
  bool unknown(std::uint32_t label) const {
    const std::span<const Run> all = runs(label);
    return !all.empty() && all.back().stretch == 0;
  }

  /// Its runs, in log order; none of a job of many.
  std::span<const Run> runs(std::uint32_t label) const {
    return std::span(runs_).subspan(first_[label], first_[label + 1] - first_[label]);
  }

  /// Whether a job of the set is not known: whatever happens in its intervals may be that one's.
  bool holds_unknown(const PidClock& clock, std::uint32_t items) const;

  /// The intervals that say what the job costs in `interval`: its runs of other stretches, without
  /// a job that is not known.
  std::vector<std::uint32_t> teachers(const PidClock& clock, std::uint32_t label,
                                      std::uint32_t interval) const;

 private:
  std::vector<Run> runs_;           ///< by label, then interval
  std::vector<std::size_t> first_;  ///< of each label, and the end
};

}  // namespace pidometer
