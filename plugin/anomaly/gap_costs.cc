#include "plugin/anomaly/gap_costs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/background_rate.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/other_runs.h"
#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// Where a tick like a missing one may stand, in hours and days of its own minute: as far as the
// schedule is looked back on (tick_gaps.cc).
constexpr std::array<LocalMinute, 12> kLikeShifts = {
    kLocalHour, -kLocalHour, 2 * kLocalHour, -2 * kLocalHour, 3 * kLocalHour, -3 * kLocalHour,
    kLocalDay,  -kLocalDay,  2 * kLocalDay,  -2 * kLocalDay,  3 * kLocalDay,  -3 * kLocalDay};
constexpr std::uint32_t kNotAsked = kNoTick - 1;

// The same stretch of a fortnight around: enough for a spread, and the host is the same one.
constexpr std::size_t kMostStretches = 14;
// Of fewer the spread is hardly known: other hours are looked at as well.
constexpr std::size_t kEnoughStretches = 6;
// Fewer have none.
constexpr std::size_t kLeastStretches = 3;
// One of so many, the farthest, is left out: another night's work must not hide this one's.
constexpr std::size_t kLeaveOneOf = 5;

// Where the intervals of the missing ticks leave so much of the time, more ticks are missing than
// the schedule tells: an outage a week before hides those of its minutes. Other stretches know the
// cost.
constexpr double kUntoldShare = 0.1;

// No interval tells what a job costs.
constexpr float kNoCost = std::numeric_limits<float>::infinity();

// Ticks are seconds late, and a minute at most in which they still stand at theirs.
constexpr double kAlikeSeconds = 90;

// Where there are no such stretches the spread of a gap is a guess from the hours around it.
constexpr unsigned kGuessDegrees = 3;

// Variance around the middle of normal values of which the farthest are left out, in units of their
// own. What is left of n without m is a normal variable cut off at the quantile c of a half of
// a = m / n to either side, whose mean square is 1 - 2 c phi(c) / (1 - a): 0.44 to 0.60 here. Of
// five or more that is what their mean square has on average, within a tenth.
double share_left(std::size_t left_out, std::size_t n) {
  if (left_out == 0) return 1;
  const double a = static_cast<double>(left_out) / static_cast<double>(n);
  const double c = normal_deviations(-std::log10(a / 2));
  const double density = std::exp(-c * c / 2) / std::sqrt(2 * std::numbers::pi);
  return 1 - 2 * c * density / (1 - a);
}

/// Middle and spread of some stretches.
struct StretchSpread {
  double middle = 0;
  double variance = 0;  ///< around it
  double degrees = 0;
  double error_square = 0;  ///< of the middle
};

StretchSpread spread_of(std::vector<double>& off) {
  const std::size_t all = off.size();
  StretchSpread spread;
  spread.middle = median_of(off);
  std::ranges::sort(off, {}, [&](double x) { return std::abs(x - spread.middle); });
  const std::size_t left_out = all / kLeaveOneOf;
  off.resize(all - left_out);
  double squares = 0;
  for (const double x : off) squares += (x - spread.middle) * (x - spread.middle);
  // of what was cut off the mean square, and a degree less: they would have told most
  const auto kept = static_cast<double>(off.size());
  const double mean =
      left_out == 0 ? squares / (kept - 1) : squares / kept / share_left(left_out, all);
  spread.variance = std::max(mean, 1e-6);
  spread.degrees = kept - (left_out == 0 ? 1 : 2);
  spread.error_square = kMedianError * kMedianError * spread.variance / static_cast<double>(all);
  return spread;
}

/// Of the zone, in minutes.
LocalMinute offset_change(const PidClock& clock, const TickGap& gap) {
  return LocalMinute{clock.ticks[gap.tick + 1].utc_offset_minutes} -
         clock.ticks[gap.tick].utc_offset_minutes;
}

}  // namespace

bool background_is_known(const Baseline& baseline) {
  const double known = baseline.background_per_second;
  return baseline.most_background_per_second - known <= kBackgroundErrors * kRateShare * known;
}

GapCosts::GapCosts(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
    : clock_(clock),
      baseline_(baseline),
      scan_(scan),
      rate_(background_is_known(baseline) ? baseline.background_per_second
                                          : baseline.most_background_per_second),
      index_(clock.ticks) {
  unusable_.resize(clock.intervals.size() + 1);
  for (std::uint32_t i = 0; i < clock.intervals.size(); ++i)
    unusable_[i + 1] = unusable_[i] + (teaches(clock.intervals[i]) ? 0 : 1);
  like_.assign(clock.ticks.size(), kNotAsked);
}

// The tick itself, or one of the same jobs whose interval is usable; kNoTick where there is none.
std::uint32_t GapCosts::like(std::uint32_t tick) {
  if (like_[tick] == kNotAsked)
    like_[tick] = teaches(clock_.intervals[tick]) ? tick : find_like(tick);
  return like_[tick];
}

std::uint32_t GapCosts::find_like(std::uint32_t tick) const {
  const auto fits = [&](std::uint32_t other) {
    return teaches(clock_.intervals[other]) &&
           clock_.ticks[other].items == clock_.ticks[tick].items;
  };
  const LocalMinute minute = local_minute_of(clock_.ticks[tick]);
  for (const LocalMinute shift : kLikeShifts) {
    const std::uint32_t other = index_.at(minute + shift);
    if (other != kNoTick && fits(other)) return other;
  }
  const auto n = static_cast<std::uint32_t>(clock_.ticks.size());
  for (std::uint32_t k = 1; k <= kNearestLike; ++k) {
    if (k <= tick && fits(tick - k)) return tick - k;
    if (n - tick > k && fits(tick + k)) return tick + k;
  }
  return kNoTick;
}

// A tick whose interval the gap's first one would be: its own jobs'; where lines around it are
// lost, jobs of its own among them, the dearest one at its minute of other hours and days.
std::uint32_t GapCosts::own_like(const TickGap& gap) {
  if (clock_.ticks[gap.tick].lost_before == Loss::none &&
      clock_.ticks[gap.tick + 1].lost_before == Loss::none)
    return gap.own_reference == kNoTick ? like(gap.tick) : like(gap.own_reference);
  return dearest_at(local_minute_of(clock_.ticks[gap.tick]));
}

std::uint32_t GapCosts::dearest_at(LocalMinute minute) const {
  std::uint32_t dearest = kNoTick;
  for (const LocalMinute shift : kLikeShifts) {
    const std::uint32_t other = index_.at(minute + shift);
    if (other != kNoTick && teaches(clock_.intervals[other]) &&
        (dearest == kNoTick || baseline_.expected[other].mean > baseline_.expected[dearest].mean))
      dearest = other;
  }
  return dearest;
}

// How many PIDs of a tick may lie before the smallest of those that damage has left of it. Cron
// forks a child for each job before the first one gets far, so that what the jobs do lies behind
// all of their PIDs, and what lies between these is what the ticks at that minute of other hours
// and days show. Nothing does where such a tick has no job that this one lacks.
double GapCosts::most_lost_of(const Tick& tick) const {
  const std::span<const std::uint32_t> left = clock_.item_sets.labels(tick.items);
  double most = 0;
  for (const LocalMinute shift : kLikeShifts) {
    const std::uint32_t other = index_.at(local_minute_of(tick) + shift);
    if (other == kNoTick || !teaches(clock_.intervals[other])) continue;
    const std::span<const std::uint32_t> whole = clock_.item_sets.labels(clock_.ticks[other].items);
    if (!std::includes(left.begin(), left.end(), whole.begin(), whole.end()))
      most = std::max(most, std::max<double>(kLeastJobPids, clock_.ticks[other].span));
  }
  return most;
}

// What the tick's interval costs beyond the background, at least: what the log leaves open is the
// background's, or PIDs that go on without the jobs would be theirs.
double GapCosts::job_cost(std::uint32_t tick) const {
  const double background = rate_ * std::max(0, clock_.intervals[tick].seconds);
  return std::max(kLeastJobPids * clock_.ticks[tick].jobs,
                  static_cast<double>(baseline_.expected[tick].mean) - background);
}

void GapCosts::add_interval(std::uint32_t tick, GapCost& cost, double& seconds) const {
  cost.like.push_back(tick);
  const Expectation& e = baseline_.expected[tick];
  cost.intervals += static_cast<double>(e.mean);
  cost.variance += static_cast<double>(e.variance);
  cost.random_mean += baseline_.random_mean(e);
  seconds += std::max(0, clock_.intervals[tick].seconds);
  const unsigned degrees = baseline_.comparables[e.comparable].degrees;
  if (degrees == 0) return;
  cost.few += static_cast<double>(e.variance);
  cost.degrees = cost.degrees == 0 ? degrees : std::min(cost.degrees, degrees);
}

// What the cheapest intervals cost that each label begins, and of which other runs tell.
void GapCosts::find_cheapest() {
  for (std::uint32_t tick = 0; tick < clock_.ticks.size(); ++tick) {
    if (!teaches(clock_.intervals[tick])) continue;
    const Expectation& e = baseline_.expected[tick];
    if (baseline_.comparables[e.comparable].only_run) continue;
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[tick].items)) {
      if (label >= cheapest_.size()) cheapest_.resize(std::size_t{label} + 1, kNoCost);
      cheapest_[label] = std::min(cheapest_[label], e.mean);
    }
  }
  cheapest_.resize(std::max<std::size_t>(1, cheapest_.size()), kNoCost);
}

// A first tick whose jobs stand in no other interval together: each costs no more than the cheapest
// one that it begins, and that is as far off as a guess may be. A job that no other interval tells
// of may have cost anything.
void GapCosts::add_own_jobs(std::uint32_t tick, GapCost& cost) {
  if (cheapest_.empty()) find_cheapest();
  double sum = 0;
  for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[tick].items)) {
    const float one = label < cheapest_.size() ? cheapest_[label] : kNoCost;
    cost.unknown_job = cost.unknown_job || one == kNoCost;
    sum += one == kNoCost ? kLeastJobPids : static_cast<double>(one);
  }
  cost.first = std::max(cost.first, sum);
  cost.intervals += cost.first;
  const double guess = guess_alone(cost.first);
  cost.variance += guess * guess;
  cost.few += guess * guess;
  cost.degrees = cost.degrees == 0 ? kGuessDegrees : std::min(cost.degrees, kGuessDegrees);
}

GapCost GapCosts::of(const TickGap& gap) {
  GapCost cost;
  const Tick& last = clock_.ticks[gap.tick];
  cost.seconds = gap.seconds.value_or(seconds_between(last, clock_.ticks[gap.tick + 1]));
  cost.width = static_cast<std::uint32_t>(std::min<std::uint64_t>(gap.missing, 1U << 20)) + 1 +
               (gap.also == kNoTick ? 0 : 1);
  double seconds = 0;
  double records = 0;
  for (const std::uint32_t reference : gap.references) {
    records += clock_.ticks[reference].jobs;
    const std::uint32_t tick = like(reference);
    if (tick != kNoTick) {
      add_interval(tick, cost, seconds);
      cost.jobs += job_cost(tick);
    } else {
      cost.jobs += kLeastJobPids * clock_.ticks[reference].jobs;
      cost.intervals += kLeastJobPids * clock_.ticks[reference].jobs;
      cost.variance += clock_.ticks[reference].jobs;
    }
  }
  // a long gap has more ticks than references, one of whose hours one vanished fewer
  const double more = gap.references.empty() ? 0
                                             : static_cast<double>(gap.missing) /
                                                   static_cast<double>(gap.references.size());
  for (double* part : {&cost.jobs, &cost.intervals, &cost.variance, &cost.random_mean, &cost.few,
                       &seconds, &records})
    *part *= more;
  cost.records = static_cast<std::uint64_t>(std::llround(records));
  cost.own = cost.first = kLeastJobPids * last.jobs;
  const std::uint32_t own = own_like(gap);
  cost.own_known = own != kNoTick;
  if (own != kNoTick) {
    const double before = cost.intervals;
    add_interval(own, cost, seconds);
    cost.own = job_cost(own);
    cost.first = cost.intervals - before;
    cost.usual_seconds = std::max(0, clock_.intervals[own].seconds);
  } else {
    add_own_jobs(gap.tick, cost);
  }
  if (gap.also != kNoTick) {
    const std::uint32_t beside = like(gap.also);
    cost.own_known = cost.own_known && beside != kNoTick;
    if (beside != kNoTick) add_interval(beside, cost, seconds);
  }
  // the first jobs of the tick at its end may be lost, whose PIDs lie before those that are left:
  // none of them or all, and no variance between is larger than that of half of them
  if (clock_.ticks[gap.tick + 1].lost_before != Loss::none)
    cost.lost_at_end = most_lost_of(clock_.ticks[gap.tick + 1]) / 2;
  const auto kind = [&](std::uint32_t tick) { return baseline_.expected[tick].comparable; };
  std::ranges::stable_sort(cost.like, {}, kind);
  cost.like.erase(std::unique(cost.like.begin(), cost.like.end(),
                              [&](std::uint32_t a, std::uint32_t b) { return kind(a) == kind(b); }),
                  cost.like.end());
  // the intervals of other ticks like these may be shorter or longer than the missing ones were
  const double rest = baseline_.background_per_second * (cost.seconds - seconds);
  const double untold = std::max(0.0, cost.seconds - seconds);
  cost.untold = untold > kUntoldShare * cost.seconds;
  cost.untold_pids =
      cost.untold || gap.missing == 0 ? cost.intervals / std::max(1.0, seconds) * untold : 0;
  cost.intervals = std::max(cost.intervals + rest, cost.jobs + cost.own);
  cost.random_mean = std::max(0.3, cost.random_mean + rest);
  cost.variance = std::max(cost.variance + std::abs(rest), 1e-3);
  const double whole = std::max(1, clock_.intervals[gap.tick].seconds);
  const double rate = baseline_.level.pids(gap.tick, gap.tick + 1, whole) / whole;
  cost.level = std::max(rate * cost.seconds, cost.jobs + cost.own - cost.intervals);
  cost.first = std::max(cost.own, cost.first + rate * cost.usual_seconds);
  if (baseline_.level.used()) cost.random_mean += std::max(-cost.random_mean / 2, cost.level);
  const double spread = scan_.calibration().spread(width_index(cost.width));
  cost.variance *= spread;
  cost.few *= spread;
  compare_stretches(gap, cost);
  if (gap.missing == 0) {  // it is longer than such ones are: nobody knows what for
    cost.variance += cost.untold_pids * cost.untold_pids;
    cost.few += cost.untold_pids * cost.untold_pids;
    if (cost.degrees == 0 || cost.degrees > kGuessDegrees) cost.degrees = kGuessDegrees;
  }
  cost.variance += cost.lost_at_end * cost.lost_at_end;
  // nobody knows which hour vanished, or repeated, and what the daemon made of its jobs
  const double shift = 60 * std::abs(static_cast<double>(offset_change(clock_, gap)));
  const double shifted = gap.missing > 0 ? cost.jobs * shift / std::max(1.0, cost.seconds) : 0;
  cost.variance += shifted * shifted;
  const double foreign = foreign_variance(baseline_, clock_.intervals[gap.tick]);
  cost.variance += foreign;
  if (foreign > 0) {
    cost.few += foreign;
    cost.degrees = foreign_degrees(baseline_, clock_.intervals[gap.tick]);
  }
  return cost;
}

// PIDs of one stretch, without the level beside it, more than the gap's intervals cost. Where the
// stretch has other intervals than the gap, and those of the gap are known, more than its own are
// expected to.
std::optional<double> GapCosts::stretch_off(LocalMinute start, LocalMinute end,
                                            const GapCost& cost) const {
  const std::uint32_t from = index_.at(start);
  const std::uint32_t to = index_.at(end);
  if (from == kNoTick || to == kNoTick || from >= to) return std::nullopt;
  if (unusable_[to] != unusable_[from]) return std::nullopt;
  if (cost.width == 1 || (to - from != cost.width && !cost.untold))
    return scan_.measure(from, to).excess;
  const Tick& first = clock_.ticks[from];
  const Tick& last = clock_.ticks[to];
  const double seconds = seconds_between(first, last);
  // where the zone's offset changes in the one and not in the other they last not alike
  const double alike =
      std::abs(seconds - cost.seconds) > kAlikeSeconds ? seconds / cost.seconds : 1;
  return static_cast<double>(last.pid) - first.pid - baseline_.level.pids(from, to, seconds) -
         alike * cost.intervals;
}

// The same stretch of other days (hours), the nearest first.
void GapCosts::stretches_apart(const TickGap& gap, const GapCost& cost, LocalMinute step,
                               std::vector<double>& off) const {
  const LocalMinute start = local_minute_of(clock_.ticks[gap.tick]);
  // a tick that was late ends it where it was due
  LocalMinute end = gap.missing == 0 && cost.usual_seconds > 0
                        ? start + std::llround(cost.usual_seconds / 60)
                        : local_minute_of(clock_.ticks[gap.tick + 1]);
  if (gap.also != kNoTick) end = start + std::llround(cost.seconds / 60);
  const LocalMinute first = std::max<LocalMinute>(1, (end - start + step - 1) / step);
  for (LocalMinute k = first;
       k < first + static_cast<LocalMinute>(kMostStretches) && off.size() < kMostStretches; ++k)
    for (const LocalMinute shift : {-k * step, k * step})
      if (const auto one = stretch_off(start + shift, end + shift, cost)) off.push_back(*one);
}

// Sums of intervals are off for reasons that no interval shows by itself: a day that is busier than
// the night before it. What the same stretch of other days was off says how far, and that much is
// this one's spread.
void GapCosts::compare_stretches(const TickGap& gap, GapCost& cost) const {
  std::vector<double> off;
  stretches_apart(gap, cost, kLocalDay, off);
  if (off.size() < kEnoughStretches) stretches_apart(gap, cost, kLocalHour, off);
  cost.stretches = static_cast<std::uint32_t>(off.size());
  if (off.size() < kLeastStretches) {
    cost.variance += cost.untold_pids * cost.untold_pids;
    cost.few = cost.variance;
    cost.degrees = cost.degrees == 0 ? kGuessDegrees : std::min(cost.degrees, kGuessDegrees);
    return;
  }
  const StretchSpread spread = spread_of(off);
  // to the share that is sure of it (as minutes in common_intervals.cc)
  const double square = spread.middle * spread.middle;
  if (square > spread.error_square)
    cost.elsewhere = spread.middle * (1 - spread.error_square / square);
  cost.elsewhere = std::max(cost.elsewhere, cost.jobs + cost.own - cost.intervals - cost.level);
  // so few say little of a spread that the intervals know better: only what is not chance
  const double by_chance = cost.variance * (1 + 2 * std::sqrt(2 / spread.degrees));
  if (!cost.untold && spread.variance <= by_chance) return;
  cost.variance = cost.few = std::max(cost.variance, spread.variance + spread.error_square);
  // to have looked at some is no worse than a guess
  cost.degrees = std::max(kGuessDegrees, static_cast<unsigned>(spread.degrees));
}

}  // namespace pidometer
