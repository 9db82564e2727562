#include "plugin/baseline/baseline.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "plugin/baseline/background_rate.h"
#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/daily_sources.h"
#include "plugin/baseline/few_runs.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/baseline/known_sets.h"
#include "plugin/baseline/rare_intervals.h"
#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// A wrapped interval skips the PIDs that are in use: a few hundred more or less (pid_clock.md)
constexpr double kWrapSpread = 150;

// The middle one of five wraps is not moved by two of them.
constexpr std::size_t kLeastWraps = 5;

// What is further out counts as so far: an intruder must not make a host look as if its own work
// came in bursts, and the bursts of one where it does must not be left out.
constexpr double kClipDeviations = 4;
constexpr double kClipPids = 1;

// A reading was taken out of this interval: what it should cost is a guess.
constexpr double kRepairSpread = 50;

}  // namespace

double foreign_variance(const Baseline& baseline, const Interval& interval) {
  return (interval.wraps > 0 ? baseline.wrap_variance : 0) +
         (interval.repaired ? kRepairSpread * kRepairSpread : 0);
}

double Baseline::variance_if_known(const Interval& interval, std::size_t i) const {
  const Expectation& e = expected[i];
  const Comparable& c = comparables[e.comparable];
  if (!c.unsure) return static_cast<double>(e.variance);
  const double known = c.beyond >= 0
                           ? static_cast<double>(c.rest_variance + c.job_guess * c.job_guess)
                           : static_cast<double>(c.sure_variance);
  return known * (spread_factor.empty() ? 1 : spread_factor[i]) + foreign_variance(*this, interval);
}

double can_fall(const PidClock& clock, const Expectation& e, std::size_t interval) {
  const double least = clock.ticks[interval].jobs;
  return std::clamp(static_cast<double>(e.random_mean), 0.0,
                    std::max(0.0, static_cast<double>(e.mean) - least));
}

double level_pids(const PidClock& clock, const LocalLevel& level, const Expectation& e,
                  std::size_t interval) {
  return std::max(level.pids(interval, interval + 1, clock.intervals[interval].seconds),
                  -can_fall(clock, e, interval));
}

namespace {

// The middle of what wraps took more than other intervals, and how far they are from it. The
// largest deviation may be an intruder's work; the next one is taken for two standard deviations at
// most. One degree is the middle's, one the largest one's.
void learn_wraps(const PidClock& clock, Baseline& baseline) {
  baseline.wrap_variance = kWrapSpread * kWrapSpread;
  std::vector<double> more;
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    const Interval& interval = clock.intervals[i];
    if (interval.state != IntervalState::judged || interval.wraps != 1 || interval.repaired ||
        interval.restarted)
      continue;
    const Expectation& e = baseline.expected[i];
    more.push_back(interval.advance - static_cast<double>(e.mean) -
                   level_pids(clock, baseline.level, e, i));
  }
  if (more.size() < kLeastWraps) return;
  baseline.wrap_pids = median_of(more);
  for (double& off : more) off = std::abs(off - baseline.wrap_pids);
  std::ranges::sort(more);
  const double spread = std::max(more[more.size() / 2] / kMadOfNormal, more[more.size() - 2] / 2);
  baseline.wrap_variance = spread * spread;
  baseline.wrap_degrees = static_cast<unsigned>(more.size()) - 2;
}

void widen_foreign_intervals(const PidClock& clock, Baseline& baseline) {
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    const Interval& interval = clock.intervals[i];
    Expectation& e = baseline.expected[i];
    e.variance += static_cast<float>(foreign_variance(baseline, interval));
    // what jobs may have cost that perhaps did not run: a guess, and no bursts of work
    if (interval.repaired && interval.wraps == 0)
      e.random_mean += static_cast<float>(kRepairSpread * kRepairSpread);
    if (baseline.wrap_degrees == 0 || interval.state != IntervalState::judged ||
        interval.wraps != 1)
      continue;
    e.mean = std::max(static_cast<float>(clock.ticks[i].jobs),
                      e.mean + static_cast<float>(baseline.wrap_pids));
    // PIDs in use are skipped one by one: a count, and no bursts of work
    e.random_mean += static_cast<float>(baseline.wrap_variance);
  }
}

// A start of the daemon explains what there is of it, up to its bound; what is beyond is an excess
// like any other, or one forged STARTUP line would hide a night's work.
void expect_daemon_starts(const PidClock& clock, Baseline& baseline) {
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    const Interval& interval = clock.intervals[i];
    if (interval.state != IntervalState::judged || !interval.restarted) continue;
    Expectation& e = baseline.expected[i];
    const double more =
        interval.advance - static_cast<double>(e.mean) - level_pids(clock, baseline.level, e, i);
    baseline.start_cost.resize(clock.intervals.size());
    baseline.start_cost[i] = static_cast<float>(std::clamp(more, 0.0, kDaemonStartPids));
    e.mean += baseline.start_cost[i];
  }
}

double spread_factor(const PidClock& clock, const Baseline& baseline, std::size_t i) {
  const Expectation& e = baseline.expected[i];
  const double factor = baseline.spread.factor(static_cast<double>(e.random_mean),
                                               level_pids(clock, baseline.level, e, i));
  return baseline.comparables[e.comparable].rare ? std::max(1.0, factor) : factor;
}

// The variance of an interval was measured around the mean of its group, at all levels together.
void spread_by_level(const PidClock& clock, Baseline& baseline) {
  baseline.spread =
      SpreadByLevel::learn(clock, baseline.expected, baseline.comparables, baseline.level);
  baseline.spread_factor.assign(clock.intervals.size(), 1);
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    baseline.spread_factor[i] = spread_factor(clock, baseline, i);
    baseline.expected[i].variance *= static_cast<float>(baseline.spread_factor[i]);
  }
}

// A daily source makes the usual load of its minutes another one.
void spread_daily_sources(const PidClock& clock, const DayMinutes& daily, Baseline& baseline) {
  for (std::size_t i = 0; i < baseline.spread_factor.size(); ++i)
    if (daily[clock.ticks[i].minute] && clock.intervals[i].state == IntervalState::judged)
      baseline.spread_factor[i] = spread_factor(clock, baseline, i);
}

// Of a negative binomial count the third central moment is V (2 V / M - 1): skewness tells the mean
// of what varies, whatever constant costs stand beside it. One figure for the host: three moments
// of one group say nothing.
double mean_of_variance(const PidClock& clock, const Baseline& baseline) {
  double squares = 0;
  double cubes = 0;
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    const Expectation& e = baseline.expected[i];
    if (!teaches(clock.intervals[i]) || baseline.comparables[e.comparable].degrees > 0) continue;
    const double level = level_pids(clock, baseline.level, e, i);
    const double bound = kClipDeviations * std::sqrt(static_cast<double>(e.variance)) + kClipPids;
    const double off =
        std::clamp(clock.intervals[i].advance - static_cast<double>(e.mean) - level, -bound, bound);
    squares += off * off;
    cubes += off * off * off;
  }
  if (squares <= 0) return 0;
  return 2 / (1 + std::max(1.0, cubes / squares));
}

// Learns all but what is wider than known. `daily` is what was found of daily sources before, and
// becomes what was found now.
Baseline learn(const PidClock& clock, const IntervalGroups& groups, const JobCosts& costs,
               const KnownSets& known, const FewRuns& few, const OddRuns& odd, DayMinutes& daily) {
  Baseline baseline;
  baseline.expected.resize(clock.intervals.size());
  baseline.variance_per_half_minute = expect_common_intervals(clock, groups, daily, baseline);
  expect_rare_intervals(clock, groups, costs, known, few, odd, baseline.variance_per_half_minute,
                        baseline);
  baseline.level = LocalLevel::learn(clock, groups, baseline, daily);
  if (baseline.level.used()) spread_by_level(clock, baseline);
  daily = add_daily_sources(clock, baseline);
  spread_daily_sources(clock, daily, baseline);
  return baseline;
}

}  // namespace

Baseline learn_baseline(const PidClock& clock) {
  const IntervalGroups groups = group_intervals(clock);
  OddRuns odd(clock, groups);
  const FewRuns few(clock, groups, odd);
  const JobCosts costs(clock, groups, few);
  const BackgroundRate rate = learn_background_rate(clock, groups, costs);
  const KnownSets known(clock, groups, rate.least);
  DayMinutes daily;
  Baseline baseline = learn(clock, groups, costs, known, few, odd, daily);
  // what a daily source adds was spread over the same minute of all hours: once more without it
  if (daily.any()) baseline = learn(clock, groups, costs, known, few, odd, daily);
  baseline.odd_runs = std::move(odd);
  baseline.background_per_second = rate.per_second;
  baseline.most_background_per_second = rate.most;
  baseline.burst_ratio = groups.burst_ratio;
  baseline.mean_of_variance = mean_of_variance(clock, baseline);
  learn_wraps(clock, baseline);
  widen_foreign_intervals(clock, baseline);
  expect_daemon_starts(clock, baseline);
  return baseline;
}

}  // namespace pidometer
