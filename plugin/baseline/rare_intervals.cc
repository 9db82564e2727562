#include "plugin/baseline/rare_intervals.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "plugin/baseline/job_costs.h"
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

// What a job costs of which there is one run cannot be told from what happened beside it: it is
// taken for one of the host's usual ones, with the one degree of freedom of a guess. Few jobs are
// cheaper than three PIDs (cron's child, a shell, the job).
constexpr std::uint32_t kUsualRuns = 3;
constexpr double kUsualCost = 3;

// How a job goes on behind its own interval is not known from fewer runs than a group of intervals
// needs to be compared (interval_groups.cc).
constexpr std::uint32_t kFewRuns = 8;

// Above this many other runs one run more or less does not move the median: no leave-one-out.
constexpr std::size_t kLeaveOneOut = 40;
constexpr double kMostDegrees = 30;

// From so many intervals on a group's variance is known (common_intervals.cc).
constexpr double kManyDegrees = 40;

// Others "agree exactly": their residuals differ by rounding of the fit only.
constexpr double kAgreePids = 0.25;

struct RareInterval {
  std::uint32_t rarest = 0;  // label
  std::uint32_t index = 0;
  double predicted = 0;
  double residual = 0;
  const KnownCost* known = nullptr;  ///< where all of its jobs are known from other sets
};

/// What is known of the cost of a rare interval's rarest job besides its other rare runs.
enum class JobKnown : std::uint8_t {
  here_only,  ///< this is its only run
  rare,       ///< it has others, among rare intervals
  common,     ///< it has a cost among common ones
};

struct Others {
  std::size_t n = 0;
  double median = 0;
  double square_sum = 0;
  double low = 0;
  double high = 0;
};

Others summary(std::span<const RareInterval> runs, std::size_t leave_out,
               std::vector<double>& work) {
  work.clear();
  for (std::size_t k = 0; k < runs.size(); ++k)
    if (k != leave_out) work.push_back(runs[k].residual);
  Others o;
  o.n = work.size();
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

Spread by_others(const RareInterval& run, const Others& others, double least) {
  const double mean = std::max(least, run.predicted + others.median);
  const auto n = static_cast<double>(others.n);
  if (others.n == 0) {
    const double spread = kAlonePids + kAloneShare * mean;
    return {mean, spread * spread, 1};
  }
  const double own = kOwnSpreadShare * mean;
  return {mean, (others.square_sum + own * own) / (n + 1) * (1 + 1 / n), n + 1};
}

void expect(const RareInterval& run, const Others& others, JobKnown known, double host_variance,
            double least, Baseline& baseline) {
  Expectation& e = baseline.expected[run.index];
  const bool fit = known == JobKnown::common;
  const Spread spread = fit ? by_fit(run, host_variance, least) : by_others(run, others, least);
  Comparable c;
  if (others.n > 0) {
    c.low = static_cast<std::int32_t>(std::lround(run.predicted + others.low));
    c.high = static_cast<std::int32_t>(std::lround(run.predicted + others.high));
    c.agree = !fit && others.n >= 2 && others.high - others.low < kAgreePids;
  }
  c.rare = true;
  c.only_run = others.n == 0 && !fit;
  c.samples = static_cast<std::uint32_t>(others.n);
  c.degrees = static_cast<std::uint16_t>(std::min(spread.degrees, kMostDegrees));
  if (spread.open >= 0) {
    c.open = static_cast<float>(spread.open);
    c.sure_variance = static_cast<float>(std::max({run.known->variance, host_variance, 1e-3}));
    if (run.known->degrees < kManyDegrees)
      c.sure_degrees = static_cast<std::uint16_t>(std::max(1.0, run.known->degrees));
  }
  e.mean = static_cast<float>(spread.mean);
  e.variance = static_cast<float>(std::max({spread.variance, host_variance, 1e-3}));
  // how much of such a cost is fixed is not known; the Student t is what bounds these
  e.random_mean = std::max(0.3F, e.mean / 2);
  e.comparable = static_cast<std::uint32_t>(baseline.comparables.size());
  baseline.comparables.push_back(c);
}

}  // namespace

namespace {

/// What a job of this host usually costs.
double usual_cost(const IntervalGroups& groups, const JobCosts& costs) {
  std::vector<double> known;
  for (std::uint32_t label = 0; label < groups.seen.size(); ++label)
    if (groups.seen[label] >= kUsualRuns) known.push_back(costs.cost(label));
  return known.empty() ? kUsualCost : std::max(kUsualCost, median_of(known));
}

}  // namespace

void expect_rare_intervals(const PidClock& clock, const IntervalGroups& groups,
                           const JobCosts& costs, const KnownSets& known,
                           double variance_per_half_minute, Baseline& baseline) {
  const double usual = usual_cost(groups, costs);
  const auto known_of = [&](std::uint32_t label) {
    return known.runs(label) >= kKnownRuns ? JobKnown::common
           : groups.seen[label] == 1       ? JobKnown::here_only
                                           : JobKnown::rare;
  };
  std::vector<RareInterval> runs;
  std::vector<std::optional<KnownCost>> known_costs;
  known_costs.reserve(groups.groups.size());
  for (const IntervalGroup& group : groups.groups) {
    if (group.common) continue;
    const std::optional<KnownCost>& most = known_costs.emplace_back(known.of(group));
    const std::uint32_t rarest = rarest_label(clock, groups, group);
    double predicted = costs.predict(clock, group);
    const double beside = predicted - costs.cost(rarest);
    // its cost was learnt of this interval, and would explain whatever happened in it
    if (known_of(rarest) == JobKnown::here_only)
      predicted = std::max(0.0, predicted - costs.cost(rarest)) + usual;
    for (std::uint32_t k = group.begin; k < group.end; ++k) {
      const std::uint32_t i = groups.order[k];
      runs.push_back(
          {rarest, i, predicted, clock.intervals[i].advance - predicted, most ? &*most : nullptr});
      if (groups.seen[rarest] < kFewRuns)
        baseline.rare_runs.push_back(
            {rarest, i, static_cast<float>(clock.intervals[i].advance - beside)});
    }
  }
  std::ranges::sort(runs, {}, [](const RareInterval& r) { return std::pair(r.rarest, r.index); });
  std::vector<double> work;
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].rarest == runs[begin].rarest) ++end;
    const auto same = std::span(runs).subspan(begin, end - begin);
    Others all;
    if (same.size() > kLeaveOneOut) all = summary(same, same.size(), work);
    for (std::size_t k = 0; k < same.size(); ++k) {
      const double host =
          variance_per_half_minute * std::max(1.0, clock.intervals[same[k].index].seconds / 30.0);
      expect(same[k], same.size() > kLeaveOneOut ? all : summary(same, k, work),
             known_of(same[k].rarest), host, clock.ticks[same[k].index].jobs, baseline);
    }
    begin = end;
  }
}

}  // namespace pidometer
