#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/baseline/robust.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

inline constexpr std::uint32_t kNoGroup = 0xffffffffU;

/// From so many intervals, or runs of a job, on what one costs is known: quartiles and a spread of
/// fewer say little (pid_clock.md, "rare intervals").
inline constexpr std::uint32_t kKnownRuns = 8;

/// Comparable intervals: the same jobs at the start, as many jobs in the next tick (cron forks a
/// child for each before the first job runs), the same length in half minutes.
struct IntervalGroup {
  std::uint32_t items = 0;  ///< ItemSets id
  std::uint16_t next_jobs = 0;
  std::uint16_t half_minutes = 0;
  std::uint32_t begin = 0;  ///< its intervals: [begin, end) of IntervalGroups::order
  std::uint32_t end = 0;
  bool common = false;  ///< enough of them to be compared with one another
  double bursts = 0;    ///< the host's own reach so far above the median; 0: within the fence
  Core core;            ///< of the advances of all its intervals
};

struct IntervalGroups {
  std::vector<IntervalGroup> groups;
  std::vector<std::uint32_t> of_interval;  ///< group of each interval, kNoGroup if it is not judged
  std::vector<std::uint32_t> order;        ///< judged intervals by group, in log order within one
  std::vector<std::uint32_t> seen;         ///< how often each label starts a judged interval
  /// Of the host's own bursts, where groups have `bursts`: the share of those of a size that are
  /// larger. 0: none has.
  double burst_ratio = 0;
};

/// A wrapped or repaired interval, or one with a start of the daemon in it, belongs to a group but
/// is not part of its core.
IntervalGroups group_intervals(const PidClock& clock);

/// The job (or pseudo-job) of a group's that starts the fewest intervals.
std::uint32_t rarest_label(const PidClock& clock, const IntervalGroups& groups,
                           const IntervalGroup& group);

/// Whether the interval may teach what is usual.
bool teaches(const Interval& interval);

}  // namespace pidometer
