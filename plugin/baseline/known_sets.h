#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What common intervals say of a set of jobs that seldom, or never, starts one: its jobs are known
/// from other sets. A job costs no less than nothing, so a set costs no more than one that holds it
/// all, or than several that hold it together, a job that runs twice by two of them, the background
/// taken once; and a longer interval no more than in proportion.
struct KnownCost {
  double most = 0;       ///< PIDs, on average
  double variance = 0;   ///< of the intervals of those sets
  double degrees = 0;    ///< of it
  double dearest = 0;    ///< PIDs of the dearest interval of each of those sets
  std::size_t runs = 0;  ///< intervals of the set that has fewest
};

class KnownSets {
 public:
  /// `least_rate`: PIDs a second that the background has at least. Clock and groups must outlive
  /// it.
  KnownSets(const PidClock& clock, const IntervalGroups& groups, double least_rate);

  /// How often each label starts a common interval.
  std::uint32_t runs(std::uint32_t label) const { return runs_[label]; }

  /// Of the intervals of a group that is not common; nothing where a job of it is not known.
  /// `with_dearest`: with what the dearest run of each set cost.
  std::optional<KnownCost> of(const IntervalGroup& group, bool with_dearest = false) const;

 private:
  std::size_t times(std::uint32_t items, std::uint32_t label) const;
  static double at_most(double pids, const IntervalGroup& common, const IntervalGroup& group);
  static double at_most(const IntervalGroup& common, const IntervalGroup& group) {
    return at_most(common.core.mean, common, group);
  }
  void add_dearest(const IntervalGroup& common, const IntervalGroup& group, KnownCost& cost) const;
  const IntervalGroup* cheapest_of_all(const IntervalGroup& group) const;
  const IntervalGroup* cheapest(std::uint32_t label, const IntervalGroup& group) const;
  std::vector<const IntervalGroup*> cover_of(const IntervalGroup& group) const;

  const PidClock& clock_;
  const IntervalGroups& groups_;
  double least_rate_;
  std::vector<std::uint32_t> runs_;                 ///< by label
  std::vector<std::vector<std::uint32_t>> common_;  ///< by label: common groups that hold it
};

}  // namespace pidometer
