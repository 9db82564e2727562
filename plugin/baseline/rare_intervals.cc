#include "plugin/baseline/rare_intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "plugin/baseline/few_run_costs.h"
#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

// Jobs that run rarely cost what they find to do: besides the spread of the other runs, this share
// of the cost, with the weight of one run more.
constexpr double kOwnSpreadShare = 0.05;

// With no other run there is only the additive fit: a third of the cost and three PIDs off is
// nothing unusual (cron.daily of one real host: 183 to 190, but 387 and 410 on some days).
constexpr double kAloneShare = 0.33;
constexpr double kAlonePids = 3;

// A job that has a cost among common intervals is known, and what else happened at its rare runs
// does not become its cost: two halves of an intruder's work, with a line of a known job put
// between them, explained each other. What it takes beyond the additive fit is bounded where all
// jobs of the set are known so (known_sets.h). Else such a run may be off by as much as one without
// any other; three degrees of freedom: an additive fit of well known jobs is better than one run,
// and worse than many.
constexpr std::uint32_t kKnownRuns = 8;
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

// Above this many other runs one run more or less does not move the median: no leave-one-out.
constexpr std::size_t kLeaveOneOut = 40;
constexpr double kMostDegrees = 30;

// From so many intervals on a group's variance is known (common_intervals.cc).
constexpr double kManyDegrees = 40;

// Where there are one or two other runs, which do not agree, a larger one may have been the odd one:
// a run that cost less shows as much, and lacks nothing.
constexpr std::size_t kFewOthers = 2;

// Others "agree exactly": their residuals differ by rounding of the fit only.
constexpr double kAgreePids = 0.25;

struct RareInterval {
  std::uint32_t rarest = 0;  // label
  std::uint32_t index = 0;
  double predicted = 0;
  double residual = 0;
  std::int32_t advance = 0;
  const KnownCost* known = nullptr;  ///< where all of its jobs are known from other sets
};

/// Other runs, as far as they cost more than the fit has for them.
struct Others {
  std::size_t n = 0;
  double median = 0;
  double square_sum = 0;
  double low = 0;
  double high = 0;
  std::int32_t least = 0;  ///< PIDs, all that their intervals cost
  std::int32_t most = 0;
};

/// The least and the most of some intervals' PIDs.
struct CostRange {
  std::int32_t least = std::numeric_limits<std::int32_t>::max();
  std::int32_t most = std::numeric_limits<std::int32_t>::min();
  void add(std::int32_t advance) {
    least = std::min(least, advance);
    most = std::max(most, advance);
  }
};

Others summary(std::vector<double>& work, const CostRange& range) {
  Others o;
  o.n = work.size();
  o.least = range.least;
  o.most = range.most;
  if (work.empty()) return o;
  o.median = median_of(work);
  o.low = *std::ranges::min_element(work);
  o.high = *std::ranges::max_element(work);
  // the far half of many runs may hold what we look for: spread from the quartiles there
  if (work.size() > kLeaveOneOut) {
    const auto quarter = static_cast<std::ptrdiff_t>(work.size() / 4);
    std::ranges::nth_element(work, work.begin() + quarter);
    const double first = work[static_cast<std::size_t>(quarter)];
    std::ranges::nth_element(work, work.end() - 1 - quarter);
    const double spread = (*(work.end() - 1 - quarter) - first) / kIqrOfNormal;
    o.square_sum = spread * spread * static_cast<double>(o.n);
    return o;
  }
  for (const double r : work) o.square_sum += (r - o.median) * (r - o.median);
  return o;
}

Others summary(std::span<const RareInterval> runs, std::size_t leave_out,
               std::vector<double>& work) {
  work.clear();
  CostRange range;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    if (k == leave_out) continue;
    work.push_back(runs[k].residual);
    range.add(runs[k].advance);
  }
  return summary(work, range);
}

/// What an interval costs, how much that varies, and with how many degrees that is known.
struct Spread {
  double mean = 0;
  double variance = 0;
  double degrees = 0;
  double open = -1;  ///< up to the most that it may cost, where that is known
};

// Of the fit alone: between what it says and the most that common intervals leave lies no more than
// what is off by nothing unusual. A bound is certain, the guess has few degrees (Satterthwaite).
Spread by_fit(const RareInterval& run, double host_variance, double least) {
  const double most = run.known != nullptr ? run.known->most : run.predicted;
  const double mean = std::max(least, std::min(run.predicted, most));
  const double guess = kAlonePids + kAloneShare * mean;
  if (run.known == nullptr) return {mean, guess * guess, kKnownDegrees};
  const double own = std::max(run.known->variance, host_variance);
  const double open = std::max(0.0, most - mean);
  const double fit = std::min(open, guess) * std::min(open, guess);
  const double variance = own + fit;
  const double uncertain =
      own * own / run.known->degrees + (open > guess ? fit * fit / kKnownDegrees : 0);
  return {mean, variance, std::max(kKnownDegrees, variance * variance / uncertain), open};
}

Spread by_others(double predicted, const Others& others, double least) {
  const double mean = std::max(least, predicted + others.median);
  const auto n = static_cast<double>(others.n);
  if (others.n == 0) {
    const double spread = kAlonePids + kAloneShare * mean;
    return {mean, spread * spread, 1};
  }
  const double own = kOwnSpreadShare * mean;
  return {mean, (others.square_sum + own * own) / (n + 1) * (1 + 1 / n), n + 1};
}

Comparable compared(const Others& others, double degrees) {
  Comparable c;
  if (others.n > 0) {
    c.low = others.least;
    c.high = others.most;
  }
  c.rare = true;
  c.samples = static_cast<std::uint32_t>(others.n);
  c.degrees = static_cast<std::uint16_t>(std::min(degrees, kMostDegrees));
  return c;
}

bool agree(const Others& others) {
  return others.n >= 2 && others.high - others.low < kAgreePids;
}

/// What the expectations of rare intervals are made of.
class RareExpectations {
 public:
  RareExpectations(const PidClock& clock, const IntervalGroups& groups, const JobCosts& costs,
                   const KnownSets& known, const FewRuns& few, double variance_per_half_minute,
                   Baseline& baseline)
      : clock_(clock),
        groups_(groups),
        costs_(costs),
        known_(known),
        few_(few),
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
  /// Of an interval, without its jobs of few runs.
  struct Rest {
    double mean = 0;
    double variance = 0;
    double random_mean = 0;  ///< part of the mean that varies
  };

  void learn_usual();
  void expect(const RareInterval& run, const Others& others);
  void expect_few(std::uint32_t interval);
  Rest without_few(std::uint32_t interval, double beside) const;
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
void RareExpectations::expect(const RareInterval& run, const Others& others) {
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
  put(run.index, spread, c);
}

// What the interval would cost without its jobs of few runs, by the common group that is most like
// it, with what its length and the next tick make of it.
RareExpectations::Rest RareExpectations::without_few(std::uint32_t interval, double beside) const {
  const IntervalGroup& own = groups_.groups[groups_.of_interval[interval]];
  const double least = std::max(host_variance(interval), 1e-3);
  std::vector<std::uint32_t> rest;
  for (const std::uint32_t label : clock_.item_sets.labels(own.items))
    if (!few_.few(label)) rest.push_back(label);
  if (rest.empty()) return {std::max(0.0, beside), least, std::max(0.0, beside)};
  const auto found = common_.find(rest);
  if (found == common_.end()) {
    const double guess = kAlonePids + kAloneShare * beside;
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
  const Others others = summary(cost.residuals, range);
  Spread spread = by_others(cost.beside + cost.pids, others, least);
  Comparable c = compared(others, spread.degrees);
  const bool known = cost.unknown_lines == 0;
  tell_run(rarest, interval, cost.beside + cost.pids - (known ? cost.rarest : 0));
  if (known && others.n > 1) {
    c.agree = agree(others);
    if (others.n <= kFewOthers && !c.agree) spread.mean = no_more(spread.mean, interval);
    put(interval, spread, c);
    return;
  }
  // What is known of it: its other jobs, and those that ran once elsewhere as far as one run tells.
  const Rest rest = without_few(interval, cost.beside);
  const double here = std::max(0.0, cost.pids + others.median);
  const double one_run = others.n > 0 ? kAlonePids + kAloneShare * here : 0;
  double sure = rest.variance + one_run * one_run;
  if (known) {
    spread.mean = no_more(spread.mean, interval);
  } else {
    const double guess = kAlonePids + kAloneShare * rest.mean + cost.unknown_lines * usual_;
    spread.mean = std::max(
        least, std::max(0.0, rest.mean) + here + cost.unknown_lines * (ordinary_ ? usual_ : kLeastCost));
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
    const std::optional<KnownCost>& most = known_costs.emplace_back(known_.of(group));
    const std::uint32_t rarest = rarest_label(clock_, groups_, group);
    const double predicted = costs_.predict(clock_, group);
    for (std::uint32_t k = group.begin; k < group.end; ++k) {
      const std::uint32_t i = groups_.order[k];
      runs.push_back({rarest, i, predicted, clock_.intervals[i].advance - predicted,
                      clock_.intervals[i].advance, most ? &*most : nullptr});
    }
  }
  std::ranges::sort(runs, {}, [](const RareInterval& r) { return std::pair(r.rarest, r.index); });
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].rarest == runs[begin].rarest) ++end;
    const auto same = std::span(runs).subspan(begin, end - begin);
    Others all;
    if (same.size() > kLeaveOneOut) all = summary(same, same.size(), work_);
    for (std::size_t k = 0; k < same.size(); ++k)
      expect(same[k], same.size() > kLeaveOneOut ? all : summary(same, k, work_));
    begin = end;
  }
}

}  // namespace

void expect_rare_intervals(const PidClock& clock, const IntervalGroups& groups,
                           const JobCosts& costs, const KnownSets& known, const FewRuns& few,
                           double variance_per_half_minute, Baseline& baseline) {
  RareExpectations(clock, groups, costs, known, few, variance_per_half_minute, baseline)
      .expect_all();
}

}  // namespace pidometer
