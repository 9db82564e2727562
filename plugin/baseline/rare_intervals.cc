#include "plugin/baseline/rare_intervals.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/few_run_costs.h"
#include "plugin/baseline/other_runs.h"
#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// A job that has a cost among common intervals is known, and what else happened at its rare runs
// does not become its cost: two halves of an intruder's work, with a line of a known job put
// between them, explained each other. What it takes beyond the additive fit is bounded where all
// jobs of the set are known so (known_sets.h). Else such a run may be off by as much as one without
// any other; three degrees of freedom: an additive fit of well known jobs is better than one run,
// and worse than many.
constexpr double kKnownDegrees = 3;

// What a job costs that ran nowhere else cannot be told from what happened beside it: it is taken
// for as little as a job takes (cron's child, a shell, the job; few are cheaper), with the one
// degree of freedom of a guess, which reaches to what a job of this host usually costs.
constexpr std::uint32_t kUsualRuns = 3;
constexpr double kLeastCost = 3;

// Where more than this share of the intervals has such jobs (each line a command of its own), they
// are the host's own way, and nothing is to be said of each: no intruder's lines stand in so many
// (the same share as of suspect intervals, window_calibration.cc). They are taken for usual jobs.
constexpr double kOrdinaryShare = 0.03;

// Where there are one or two other runs, which do not agree, a larger one may have been the odd
// one: a run that cost less shows as much, and lacks nothing.
constexpr std::size_t kFewOthers = 2;

// Of so many other runs the dearest and half as much again (kDearer) is less than the next one
// costs in one run of a hundred, where the logarithms of costs vary by a quarter, and in one of
// eleven where they vary by 0.9. Of three or four an odd run may as well be the job's own.
constexpr std::size_t kFewDearest = 5;

struct RareInterval {
  std::uint32_t rarest = 0;  // label
  std::uint32_t index = 0;
  double predicted = 0;
  double residual = 0;
  std::int32_t advance = 0;
  const KnownCost* known = nullptr;  ///< where all of its jobs are known from other sets
  bool odd = false;                  ///< a job of it runs at a minute that is none of its own
};

OtherRuns summary(std::span<const RareInterval> runs, std::size_t leave_out,
                  std::vector<double>& work) {
  work.clear();
  CostRange range;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    if (k == leave_out || runs[k].odd) continue;
    work.push_back(runs[k].residual);
    range.add(runs[k].advance);
  }
  return summary(work, range);
}

// Of the fit alone: between what it says and the most that common intervals leave lies no more than
// what is off by nothing unusual. A bound is certain, the guess has few degrees (Satterthwaite).
Spread by_fit(const RareInterval& run, double host_variance, double least) {
  const double most = run.known != nullptr ? run.known->most : run.predicted;
  const double mean = std::max(least, std::min(run.predicted, most));
  const double guess = guess_alone(mean);
  if (run.known == nullptr) return {mean, guess * guess, kKnownDegrees};
  const double own = std::max(run.known->variance, host_variance);
  const double open = std::max(0.0, most - mean);
  const double fit = std::min(open, guess) * std::min(open, guess);
  const double variance = own + fit;
  const double uncertain =
      own * own / run.known->degrees + (open > guess ? fit * fit / kKnownDegrees : 0);
  return {mean, variance, std::max(kKnownDegrees, variance * variance / uncertain), open};
}

/// What the expectations of rare intervals are made of.
class RareExpectations {
 public:
  RareExpectations(const PidClock& clock, const IntervalGroups& groups, const JobCosts& costs,
                   const KnownSets& known, const FewRuns& few, const OddRuns& odd,
                   double variance_per_half_minute, Baseline& baseline)
      : clock_(clock),
        groups_(groups),
        costs_(costs),
        known_(known),
        few_(few),
        odd_(odd),
        few_costs_(clock, groups, costs, few),
        variance_per_half_minute_(variance_per_half_minute),
        baseline_(baseline) {
    learn_usual();
    for (std::uint32_t g = 0; g < groups.groups.size(); ++g)
      if (const IntervalGroup& group = groups.groups[g]; group.common) {
        const auto labels = clock.item_sets.labels(group.items);
        common_[{labels.begin(), labels.end()}].push_back(g);
      }
  }

  void expect_all();

 private:
  /// Of an interval, without some of its jobs.
  struct Rest {
    double mean = 0;
    double variance = 0;
    double random_mean = 0;  ///< part of the mean that varies
  };

  void learn_usual();
  void expect(const RareInterval& run, const OtherRuns& others);
  void expect_few(std::uint32_t interval);
  void bound_odd(const RareInterval& run, const OtherRuns& others, double mean,
                 Comparable& c) const;
  void bound_odd_of_few(std::uint32_t interval, const FewRunCost& cost, const OtherRuns& others,
                        double mean, Comparable& c) const;
  template <typename Left>
  Rest without(std::uint32_t interval, double beside, Left left) const;
  void tell_run(std::uint32_t label, std::uint32_t interval, double beside);
  void put(std::uint32_t interval, const Spread& spread, const Comparable& comparable);

  double no_more(double mean, std::uint32_t interval) const {
    return std::clamp<double>(clock_.intervals[interval].advance, clock_.ticks[interval].jobs,
                              std::max<double>(mean, clock_.ticks[interval].jobs));
  }

  double host_variance(std::uint32_t interval) const {
    return variance_per_half_minute_ * std::max(1.0, clock_.intervals[interval].seconds / 30.0);
  }

  const PidClock& clock_;
  const IntervalGroups& groups_;
  const JobCosts& costs_;
  const KnownSets& known_;
  const FewRuns& few_;
  const OddRuns& odd_;
  FewRunCosts few_costs_;
  double variance_per_half_minute_;
  Baseline& baseline_;
  double usual_ = kLeastCost;  ///< what a job of this host usually costs
  bool ordinary_ = false;      ///< jobs that ran nowhere else are
  std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> common_;  ///< groups by jobs
  std::vector<double> work_;
};

void RareExpectations::learn_usual() {
  std::vector<double> known;
  for (std::uint32_t label = 0; label < groups_.seen.size(); ++label)
    if (groups_.seen[label] >= kUsualRuns && !few_.unknown(label))
      known.push_back(costs_.cost(label));
  if (!known.empty()) usual_ = std::max(kLeastCost, median_of(known));
  std::size_t with_unknown = 0;
  for (const IntervalGroup& group : groups_.groups)
    if (few_.holds_unknown(clock_, group.items)) with_unknown += group.end - group.begin;
  ordinary_ = static_cast<double>(with_unknown) >
              kOrdinaryShare * static_cast<double>(groups_.order.size());
}

// A run of which others cannot say how it goes on.
void RareExpectations::tell_run(std::uint32_t label, std::uint32_t interval, double beside) {
  baseline_.rare_runs.push_back(
      {label, interval, static_cast<float>(clock_.intervals[interval].advance - beside)});
}

void RareExpectations::put(std::uint32_t interval, const Spread& spread,
                           const Comparable& comparable) {
  Expectation& e = baseline_.expected[interval];
  e.mean = static_cast<float>(spread.mean);
  e.variance = static_cast<float>(std::max({spread.variance, host_variance(interval), 1e-3}));
  // how much of such a cost is fixed is not known; the Student t is what bounds these
  e.random_mean = std::max(0.3F, e.mean / 2);
  e.comparable = static_cast<std::uint32_t>(baseline_.comparables.size());
  baseline_.comparables.push_back(comparable);
}

// Of an interval whose jobs all have many runs, though not in one set.
void RareExpectations::expect(const RareInterval& run, const OtherRuns& others) {
  const bool fit = known_.runs(run.rarest) >= kKnownRuns;
  const double host = host_variance(run.index);
  const double least = clock_.ticks[run.index].jobs;
  const Spread spread = fit ? by_fit(run, host, least) : by_others(run.predicted, others, least);
  Comparable c = compared(others, spread.degrees);
  c.agree = !fit && agree(others);
  if (spread.open >= 0) {
    c.open = static_cast<float>(spread.open);
    c.sure_variance = static_cast<float>(std::max({run.known->variance, host, 1e-3}));
    if (run.known->degrees < kManyDegrees)
      c.sure_degrees = static_cast<std::uint16_t>(std::max(1.0, run.known->degrees));
  }
  if (run.odd) bound_odd(run, others, spread.mean, c);
  put(run.index, spread, c);
}

// No more than half above the dearest of its jobs' other runs is left open by a run at an odd
// minute, whatever those vary: what lies beyond is not the job's.
void RareExpectations::bound_odd(const RareInterval& run, const OtherRuns& others, double mean,
                                 Comparable& c) const {
  double dearest = 0;
  if (run.known != nullptr)
    dearest = run.known->dearest;
  else if (known_.runs(run.rarest) < kKnownRuns && odd_.odd(run.index, run.rarest) &&
           others.n >= kFewDearest)
    dearest = run.predicted + others.high;
  else
    return;
  double beside = run.predicted;
  for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[run.index].items))
    if (odd_.odd(run.index, label)) beside -= costs_.cost(label);
  const Rest rest =
      without(run.index, beside, [&](std::uint32_t label) { return odd_.odd(run.index, label); });
  c.unsure = true;
  c.beyond = static_cast<float>(std::max(0.0, kDearer * dearest - mean));
  c.rest_variance = static_cast<float>(rest.variance);
  c.rest_random = static_cast<float>(rest.random_mean);
  c.job_guess = static_cast<float>(guess_alone(std::max(0.0, mean - beside)));
}

// The same of a job of few runs, where there are enough to say which is the dearest. Of fewer its
// excess has a row at least.
void RareExpectations::bound_odd_of_few(std::uint32_t interval, const FewRunCost& cost,
                                        const OtherRuns& others, double mean, Comparable& c) const {
  const Rest rest =
      without(interval, cost.beside, [&](std::uint32_t label) { return few_.few(label); });
  const double guess = guess_alone(std::max(0.0, mean - cost.beside));
  c.unsure = true;
  c.sure_variance = static_cast<float>(rest.variance + guess * guess);
  if (others.n < kFewDearest) return;
  const double dearest = cost.beside + cost.pids + others.high;
  c.beyond = static_cast<float>(std::max(0.0, kDearer * dearest - mean));
  c.rest_variance = static_cast<float>(rest.variance);
  c.rest_random = static_cast<float>(rest.random_mean);
  c.job_guess = static_cast<float>(guess);
}

// What the interval would cost without those of its jobs that are `left` out, by the common group
// that is most like it, with what its length and the next tick make of it.
template <typename Left>
RareExpectations::Rest RareExpectations::without(std::uint32_t interval, double beside,
                                                 Left left) const {
  const IntervalGroup& own = groups_.groups[groups_.of_interval[interval]];
  const double least = std::max(host_variance(interval), 1e-3);
  std::vector<std::uint32_t> rest;
  for (const std::uint32_t label : clock_.item_sets.labels(own.items))
    if (!left(label)) rest.push_back(label);
  if (rest.empty()) return {std::max(0.0, beside), least, std::max(0.0, beside)};
  const auto found = common_.find(rest);
  if (found == common_.end()) {
    const double guess = guess_alone(beside);
    return {beside, guess * guess, beside / 2};
  }
  const auto unlike = [&](std::uint32_t g) {
    const IntervalGroup& group = groups_.groups[g];
    return std::pair(std::abs(int{group.half_minutes} - int{own.half_minutes}),
                     std::abs(int{group.next_jobs} - int{own.next_jobs}));
  };
  const IntervalGroup& like = groups_.groups[*std::ranges::min_element(found->second, {}, unlike)];
  // what runs every hour without a line is known by the minute
  constexpr unsigned kHour = 60;
  const auto minute = [&](std::uint32_t i) { return clock_.ticks[i].minute % kHour; };
  const auto intervals =
      std::span(groups_.order).subspan(like.begin, std::size_t{like.end} - like.begin);
  const auto same = std::ranges::find(intervals, minute(interval), minute);
  const Expectation& e = baseline_.expected[same != intervals.end() ? *same : intervals.front()];
  return {static_cast<double>(e.mean) + beside - costs_.predict(clock_, like),
          std::max(least, static_cast<double>(e.variance)), static_cast<double>(e.random_mean)};
}

// Of an interval that a job of few runs begins. What happened in it, and in the stretch of work
// that it is of, teaches nothing.
void RareExpectations::expect_few(std::uint32_t interval) {
  FewRunCost cost = few_costs_.of(interval);
  const std::uint32_t rarest =
      rarest_label(clock_, groups_, groups_.groups[groups_.of_interval[interval]]);
  const double least = clock_.ticks[interval].jobs;
  CostRange range;
  for (const std::uint32_t other : cost.teachers) range.add(clock_.intervals[other].advance);
  const OtherRuns others = summary(cost.residuals, range);
  Spread spread = by_others(cost.beside + cost.pids, others, least);
  Comparable c = compared(others, spread.degrees);
  const bool known = cost.unknown_lines == 0;
  tell_run(rarest, interval, cost.beside + cost.pids - (known ? cost.rarest : 0));
  if (known && others.n > 1) {
    c.agree = agree(others);
    if (others.n <= kFewOthers && !c.agree) spread.mean = no_more(spread.mean, interval);
    if (odd_.odd(interval, rarest)) bound_odd_of_few(interval, cost, others, spread.mean, c);
    put(interval, spread, c);
    return;
  }
  // What is known of it: its other jobs, and those that ran once elsewhere as far as one run tells.
  const Rest rest =
      without(interval, cost.beside, [&](std::uint32_t label) { return few_.few(label); });
  const double here = std::max(0.0, cost.pids + others.median);
  const double one_run = others.n > 0 ? guess_alone(here) : 0;
  double sure = rest.variance + one_run * one_run;
  if (known) {
    spread.mean = no_more(spread.mean, interval);
  } else {
    const double guess = guess_alone(rest.mean) + cost.unknown_lines * usual_;
    spread.mean = std::max(least, std::max(0.0, rest.mean) + here +
                                      cost.unknown_lines * (ordinary_ ? usual_ : kLeastCost));
    spread.variance = sure + guess * guess;
    spread.degrees = 1;
    if (ordinary_) sure = spread.variance;
    c = compared({}, spread.degrees);
    c.only_run = true;
  }
  c.unsure = true;
  c.sure_variance = static_cast<float>(sure);
  put(interval, spread, c);
  baseline_.expected[interval].random_mean =
      std::max(0.3F, static_cast<float>(rest.random_mean + here / 2));
}

void RareExpectations::expect_all() {
  std::vector<RareInterval> runs;
  std::vector<std::optional<KnownCost>> known_costs;
  known_costs.reserve(groups_.groups.size());
  for (const IntervalGroup& group : groups_.groups) {
    if (group.common) continue;
    const auto labels = clock_.item_sets.labels(group.items);
    if (std::ranges::any_of(labels, [&](std::uint32_t label) { return few_.few(label); })) {
      for (std::uint32_t k = group.begin; k < group.end; ++k) expect_few(groups_.order[k]);
      continue;
    }
    const auto intervals = std::span(groups_.order).subspan(group.begin, group.end - group.begin);
    const bool odd = std::ranges::any_of(intervals, [&](std::uint32_t i) { return odd_.any(i); });
    const std::optional<KnownCost>& most = known_costs.emplace_back(known_.of(group, odd));
    const std::uint32_t rarest = rarest_label(clock_, groups_, group);
    const double predicted = costs_.predict(clock_, group);
    for (std::uint32_t k = group.begin; k < group.end; ++k) {
      const std::uint32_t i = groups_.order[k];
      runs.push_back({rarest, i, predicted, clock_.intervals[i].advance - predicted,
                      clock_.intervals[i].advance, most ? &*most : nullptr, odd_.any(i)});
    }
  }
  std::ranges::sort(runs, {}, [](const RareInterval& r) { return std::pair(r.rarest, r.index); });
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].rarest == runs[begin].rarest) ++end;
    const auto same = std::span(runs).subspan(begin, end - begin);
    OtherRuns all;
    if (same.size() > kLeaveOneOut) all = summary(same, same.size(), work_);
    for (std::size_t k = 0; k < same.size(); ++k)
      expect(same[k], same.size() > kLeaveOneOut ? all : summary(same, k, work_));
    begin = end;
  }
}

}  // namespace

void expect_rare_intervals(const PidClock& clock, const IntervalGroups& groups,
                           const JobCosts& costs, const KnownSets& known, const FewRuns& few,
                           const OddRuns& odd, double variance_per_half_minute,
                           Baseline& baseline) {
  RareExpectations(clock, groups, costs, known, few, odd, variance_per_half_minute, baseline)
      .expect_all();
}

}  // namespace pidometer
