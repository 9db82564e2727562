#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/anomaly/window_calibration.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/minute_calendar.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Standard deviation of what goes on beside the jobs, as a share of itself, at best: hosts' days
/// differ.
inline constexpr double kRateShare = 0.1;

/// Intervals on each side that are looked through for one like another: a week of a job of every
/// twenty minutes.
inline constexpr std::uint32_t kNearestLike = 500;

/// Whether its rate is known as well as that. Where each set of jobs has intervals of one length it
/// is not.
bool background_is_known(const Baseline& baseline);

/// What a gap costs on this host when nothing happens, in PIDs.
struct GapCost {
  double seconds = 0;         ///< from the last record to the next
  double usual_seconds = 0;   ///< from such a record to the next, where nothing is missing
  std::uint64_t records = 0;  ///< that are missing
  std::uint32_t width = 1;    ///< intervals, had all run
  double own = 0;             ///< of the jobs of the tick that the gap begins with
  double first = 0;           ///< of that tick's interval, where nothing is missing
  double jobs = 0;            ///< of the missing ones', at least
  double intervals = 0;  ///< of all the intervals that the missing ticks bound, by others like them
  double level = 0;      ///< more than that, by the level beside the gap
  double elsewhere = 0;  ///< more than that, by the same stretch of other days, or hours
  double lost_at_end = 0;  ///< of jobs that damage may have taken from the tick at its end: the
                           ///< middle of what they may take, which is also their deviation
  std::uint32_t stretches = 0;      ///< of these, how many
  double variance = 0;              ///< of `scheduled`
  double random_mean = 0;           ///< part of it that varies
  double few = 0;                   ///< part of the variance that is known from few others
  unsigned degrees = 0;             ///< of Student's t for that part
  bool untold = false;              ///< these intervals leave a part of the time
  double untold_pids = 0;           ///< what it may have cost
  bool own_known = false;           ///< what the first tick's interval costs is known from others
  bool unknown_job = false;         ///< ... nor what one of its jobs costs: it may be anything
  std::vector<std::uint32_t> like;  ///< ticks that begin such intervals, one of each kind

  double scheduled() const {
    return intervals + level + elsewhere + lost_at_end;
  }  ///< if all jobs ran

  /// So many PIDs beyond that.
  WindowCalibration::Sum beyond(double excess) const {
    return {excess, variance, random_mean, few, degrees};
  }
};

/// Takes the cost of a gap from the intervals that other ticks like the missing ones begin, and
/// holds the sum against what the same stretch of other days (of other hours where the log has too
/// few days) was off its own sum.
class GapCosts {
 public:
  /// All three must outlive the costs.
  GapCosts(const PidClock& clock, const Baseline& baseline, const WindowScan& scan);

  GapCost of(const TickGap& gap);

 private:
  std::uint32_t like(std::uint32_t tick);
  std::uint32_t find_like(std::uint32_t tick) const;
  std::uint32_t own_like(const TickGap& gap);
  std::uint32_t dearest_at(LocalMinute minute) const;
  double most_lost_of(const Tick& tick) const;
  void add_interval(std::uint32_t tick, GapCost& cost, double& seconds) const;
  void compare_stretches(const TickGap& gap, GapCost& cost) const;
  void stretches_apart(const TickGap& gap, const GapCost& cost, LocalMinute step,
                       std::vector<double>& off) const;
  std::optional<double> stretch_off(LocalMinute start, LocalMinute end, const GapCost& cost) const;
  double job_cost(std::uint32_t tick) const;
  void add_own_jobs(std::uint32_t tick, GapCost& cost);
  void find_cheapest();

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  double rate_;  ///< of the background, at most: PIDs a second
  TickIndex index_;
  std::vector<std::uint32_t> unusable_;  ///< prefix sum over intervals
  std::vector<float> cheapest_;  ///< interval that each label begins; empty until it is asked for
  std::vector<std::uint32_t> like_;  ///< of each tick that was asked for; `kNotAsked` of others
};

}  // namespace pidometer
