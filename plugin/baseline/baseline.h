#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/baseline/local_level.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/baseline/periodic_source.h"
#include "plugin/baseline/spread_by_level.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// The intervals that one interval was compared with.
struct Comparable {
  std::uint32_t samples = 0;
  std::int32_t low = 0;  ///< their range without what lies far out
  std::int32_t high = 0;
  std::uint16_t degrees = 0;  ///< of Student's t where they are few (rare job sets); 0: many
  bool constant = false;      ///< nearly all of them cost the same
  bool agree = false;         ///< all of the core but one at most cost exactly the same
  bool only_run = false;      ///< of a job of which no other run tells the cost (few_runs.h)
  bool unsure = false;        ///< such, or of one other run alone, or of a job at an odd minute
  bool rare = false;          ///< too few to be compared with one another (rare_intervals.h)
  /// Of a rare interval all of whose jobs are known from common ones: it costs so many PIDs more
  /// than expected at most; below 0: not known. Its variance without what is guessed within that,
  /// and the degrees of that (0: many). Of one that is unsure `sure_variance` is what it would
  /// vary, were its jobs known and cost what is expected.
  float open = -1;
  float sure_variance = 0;
  std::uint16_t sure_degrees = 0;
  /// Of one with a job at an odd minute (odd_runs.h): so many PIDs more than expected its jobs'
  /// other runs leave open, and what else happens there varies so; below 0: not known.
  float beyond = -1;
  float rest_variance = 0;
  float rest_random = 0;  ///< part of its mean that varies
  float job_guess = 0;    ///< what these jobs may be off by, did one run alone tell what they cost
};

/// What an interval costs on this host when nothing happens.
struct Expectation {
  float mean = 0;
  float variance = 0;
  float random_mean = 0;  ///< the part of the mean that varies; the rest are constant costs
  std::uint32_t comparable = 0;
};

/// A run of a job of which so few are known that the log cannot say how it goes on.
struct RareRun {
  std::uint32_t label = 0;
  std::uint32_t interval = 0;
  float pids = 0;  ///< that it spent in the interval, what else there costs taken off
};

struct Baseline {
  std::vector<Expectation> expected;  ///< as many as intervals; meaningful where judged
  std::vector<Comparable> comparables;
  std::vector<PeriodicSource> periodic_sources;
  std::vector<RareRun> rare_runs;
  OddRuns odd_runs;
  LocalLevel level;
  SpreadByLevel spread;  ///< with which the variances of `expected` were multiplied
  /// Its factor for each interval, at the interval's own level; empty where no level is used. Of a
  /// rare interval no less than 1: what is guessed of its jobs is the same on a quiet night.
  std::vector<double> spread_factor;
  /// Of each interval's mean: what a start of the daemon is taken to have cost; empty where the log
  /// has none.
  std::vector<float> start_cost;
  /// Mean of the random part of a count, in units of its variance, by the skewness of this host's
  /// residuals: 1 for independent processes, less where they come several at a time.
  double mean_of_variance = 0;
  /// Of the host's own bursts that come many times on most days, the share that is larger by a PID
  /// (usual_bursts.h); 0: there are none. Those of the quietest intervals that have them, and held
  /// against all: louder ones hide small bursts. The tail of a negative binomial count falls by 1 -
  /// M / V a PID: no lighter than theirs.
  double burst_ratio = 0;
  double variance_per_half_minute = 0;  ///< of the background, pooled over all common intervals
  /// What a wrap hands out more than other intervals do, because it skips PIDs that are in use (or
  /// the counter starts elsewhere), and how much that varies; by this host's own wraps where there
  /// are enough, else a guess.
  unsigned wrap_degrees = 0;  ///< of Student's t for that; 0: a guess
  double wrap_pids = 0;
  double wrap_variance = 0;
  /// PIDs a second that are handed out while no job runs, by the additive fit: a guess where a job
  /// is always followed by the next one after the same time, because what jobs cost and what goes
  /// on beside them cannot be told apart there.
  double background_per_second = 0;
  /// The most of it that the log leaves open: kBackgroundErrors more, and no more than leaves
  /// each job the two PIDs that it takes at least.
  double most_background_per_second = 0;

  /// Mean of the random part of an interval's count: the smallest count of many is not as small as
  /// it could be, and the skewness may know more.
  double random_mean(const Expectation& e) const {
    return random_mean(e, static_cast<double>(e.variance));
  }
  /// The same, did it vary so much.
  double random_mean(const Expectation& e, double variance) const {
    const double mean =
        std::max(static_cast<double>(e.random_mean),
                 std::min(static_cast<double>(e.mean), mean_of_variance * variance));
    return burst_ratio > 0 ? std::min(mean, (1 - burst_ratio) * variance) : mean;
  }

  /// What an interval would vary, were its jobs known: its variance where they are.
  double variance_if_known(const Interval& interval, std::size_t i) const;
};

/// How far below its mean what is expected of an interval may fall: what varies of it, and never
/// below the one PID of each job that ran.
double can_fall(const PidClock& clock, const Expectation& e, std::size_t interval);

/// What the local level adds to the mean of one interval.
double level_pids(const PidClock& clock, const LocalLevel& level, const Expectation& e,
                  std::size_t interval);

/// A start of cron's daemon takes PIDs of its own: a command or two under systemd; of Debian's init
/// script 7 to 58 were counted (it may read the locale with a pipe for each variable), and whoever
/// types the command has a few. Up to so many in one interval are taken to be its.
inline constexpr double kDaemonStartPids = 64;

/// So many standard errors of the background's rate more are left open.
inline constexpr double kBackgroundErrors = 3;

/// What is added to the variance of an interval because its distance is known less well: one over a
/// wrap, or with a reading taken out. 0 for all others.
double foreign_variance(const Baseline& baseline, const Interval& interval);

/// Degrees of Student's t for it: 2 where no other wrap says anything. 0 where nothing is added, or
/// for a reading that was taken out: what its jobs may have cost is in the mean, and a spread that
/// no interval taught is not the tail of few.
inline unsigned foreign_degrees(const Baseline& baseline, const Interval& interval) {
  constexpr unsigned kUnknown = 2;
  if (interval.wraps == 1 && !interval.repaired && baseline.wrap_degrees > 0)
    return baseline.wrap_degrees;
  return interval.wraps > 0 ? kUnknown : 0;
}

/// Learns from the log itself, with no configuration.
Baseline learn_baseline(const PidClock& clock);

}  // namespace pidometer
