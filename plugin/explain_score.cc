#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/baseline/robust.h"
#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

/// Writes the quantities down one by one.
class Steps {
 public:
  void add(std::string name, double value, std::string formula) {
    steps_.push_back({std::move(name), value, std::move(formula)});
  }
  void append(std::vector<Quantity> more) { std::ranges::move(more, std::back_inserter(steps_)); }
  std::vector<Quantity> take() { return std::move(steps_); }

 private:
  std::vector<Quantity> steps_;
};

void add_sums(const DetectorInput& input, const Window& window, Steps& steps) {
  const WindowSums::Steps sums = input.scan.sums().steps(window.begin, window.end);
  double observed = 0;
  double mean = 0;
  double random = 0;
  for (std::uint32_t i = window.begin; i < window.end; ++i) {
    observed += input.clock.intervals[i].advance;
    mean += static_cast<double>(input.baseline.expected[i].mean);
    random += input.baseline.random_mean(input.baseline.expected[i]);
  }
  steps.add("width", static_cast<double>(window.width()), "intervals in the window");
  steps.add("observed", observed, "sum of what was handed out in them");
  steps.add("expected", mean, "sum of what the baseline expects");
  steps.add("seconds",
            seconds_between(input.clock.ticks[window.begin], input.clock.ticks[window.end]),
            "from the window's first record to the one that ends it");
  steps.add("level_rate", sums.level_rate,
            "PIDs a second more (fewer) beside the window, beyond what is usual at its hours");
  steps.add("hours", sums.hours, "PIDs more (fewer) that its hours of the day have on most days");
  steps.add("can_fall", sums.can_fall, "PIDs that are not certain: what varies of the expected");
  steps.add("level", sums.level_pids, "max(hours + level_rate * seconds, -can_fall)");
  steps.add("R", window.excess, "observed - expected - level");
  const double spread = input.scan.calibration().spread(width_index(window.width()));
  steps.add("spread", spread, "what sums of this width vary, in units of their variances");
  steps.add("variance", sums.variance, "sum of the intervals' variances");
  if (sums.factor > 0) {
    steps.add("usual_variance", sums.usual_variance, "the same at the usual level");
    steps.add("level_factor", sums.factor, "what this window's level makes of it");
    steps.add("foreign_variance", sums.foreign_variance,
              "of wraps, readings taken out and rare intervals");
    steps.add("V", window.variance, "spread * (usual_variance * level_factor + foreign_variance)");
  } else {
    steps.add("V", window.variance, "spread * variance");
  }
  steps.add("can_vary", random, "sum of the PIDs that can vary");
}

void add_share(const std::string& name, const std::string& what, const SeenShare& share,
               Steps& steps) {
  if (share.of <= 0) return;
  steps.add(name + "_seen", share.seen, what);
  steps.add(name + "_of", share.of, "of so many");
  steps.add(name + "_score", -std::log10(share.seen / share.of),
            "-log10(" + name + "_seen / " + name + "_of); the score is no larger");
}

/// Of a run at an odd minute, which explains no more than the dearest of the others.
void add_beyond(const std::string& name, double dearest, double beyond, double score,
                const std::string& formula, Steps& steps) {
  if (dearest <= 0) return;
  steps.add(name + "_dearest", dearest,
            "the most of the other runs: this one is at a minute of the day at which the job does "
            "not run else");
  steps.add(name + "_beyond_R", beyond, formula);
  steps.add(name + "_beyond_score", score,
            "as own_score, of min(R, " + name + "_beyond_R + beyond), where " + name +
                "_beyond_R is above 0 (beyond: 0 where it is not told); the score is that where it "
                "is larger than " +
                name + "_score");
}

/// Returns the score.
double add_explanations(const DetectorInput& input, const Window& window, Steps& steps) {
  ExplainedSteps told;
  const double score = input.explanations.explained(window, &told);
  add_share("spill", "runs of a daily job that were followed by as much within the hour",
            told.spill.share, steps);
  add_beyond("spill", told.spill.dearest, told.spill.beyond, told.spill.beyond_score,
             fmt::format("R - {} * spill_dearest", kDearer), steps);
  add_share("habit", "runs of these jobs that cost as much at this minute, and one", told.habit,
            steps);
  if (told.totals.size.degrees > 0) {
    const JobTotals::Steps& totals = told.totals;
    steps.add(
        "total", totals.total,
        "PIDs in the hour after a daily job whose work is spread over it, beyond those of the "
        "hours before its runs");
    steps.add("total_middle", totals.size.middle, "median of the logarithms of all runs' totals");
    steps.add("total_spread", totals.size.spread, "their spread");
    steps.add("total_t", totals.deviations, "(ln max(total, 1) - total_middle) / total_spread");
    steps.add("total_degrees", totals.size.degrees, "of Student's t for it");
    steps.add("total_score", totals.chance, "-log10 P(t >= total_t); the score is no larger");
    add_beyond("total", totals.dearest, totals.beyond, totals.beyond_score,
               fmt::format("total - {} * total_dearest", kDearer), steps);
  }
  if (told.without_jobs) {
    steps.add("jobs_score", told.jobs_chance, "what jobs leave of a single interval's score");
    steps.add("rest_R", told.rest_excess, "R without the intervals that jobs explain");
    steps.add("rest_score", told.rest_score, "as own_score, of rest_R");
    steps.add("left_score", std::max(told.jobs_chance, told.rest_score),
              "max(jobs_score, rest_score); the score is no larger");
  }
  if (told.bursts.number > 0) {
    const DailyBursts::Steps& bursts = told.bursts;
    steps.add("bursts", bursts.number, "in the window, of the work that comes on most days");
    steps.add("bursts_mean", bursts.mean, "so many are in such a window on average");
    steps.add("bursts_number_score", surprise_of_number(bursts.number, bursts.mean),
              "-(bursts ln bursts_mean - bursts_mean - ln bursts! - ln(1 - bursts_mean / (bursts + "
              "1))) / ln 10, at least 0");
    const BurstSizes::Steps& size = bursts.size;
    steps.add("bursts_t", size.deviations, "of the logarithm of the largest one's size");
    steps.add("bursts_degrees", size.degrees, "of Student's t for it");
    steps.add("bursts_larger", size.larger,
              fmt::format("share of those of {:.7g} PIDs or more, the upper half, that have one "
                          "more, by their mean",
                          size.middle));
    steps.add("bursts_by_pids", size.by_pids,
              fmt::format("-log10(bursts_larger^max(0, the largest one's size - {:.7g}) / 2), "
                          "at most 9999, as where bursts_larger is 0",
                          size.middle));
    steps.add("bursts_size_score", size.score,
              "-log10 P(t >= bursts_t), no more than bursts_by_pids");
    steps.add("bursts_score", bursts.chance,
              "bursts_number_score + max(0, bursts_size_score - log10 bursts)");
    steps.add("bursts_rest_R", bursts.rest_excess, "R without them");
    steps.add("bursts_rest_score", bursts.rest_score, "as own_score, of bursts_rest_R");
    steps.add("bursts_left_score", std::max(bursts.chance, bursts.rest_score),
              "max(bursts_score, bursts_rest_score); the score is no larger");
  }
  return score;
}

/// The score, were the job's cost known.
void add_if_known(const DetectorInput& input, const Window& window, Steps& steps) {
  const WindowCalibration& calibration = input.scan.calibration();
  const WindowCalibration::Surprise tails = calibration.surprise_if_known(window);
  steps.add("V_if_known", tails.sum.variance,
            "V, did the jobs that are not known cost what is expected of them: what the tick's "
            "other jobs vary, and of a job at an odd minute, or of one other run, 3 PIDs and a "
            "third of its cost");
  steps.add("M_if_known", tails.sum.random_mean, "M of that");
  const WindowCalibration::CountTail& count_tail =
      calibration.count_tail(width_index(window.width()));
  if (tails.bursty > 0) {
    steps.add("share_if_known", count_tail.share, "count_share");
    steps.add("most_if_known", count_tail.most, "count_most");
  }
  steps.add("tail_if_known", WindowCalibration::tail_score(tails, count_tail),
            "as tail_score, of R, with V_if_known for V and M_if_known for M");
  steps.add("score_if_known", input.scan.score_if_known(window),
            "tail_if_known * shrink - price, from 0 to 9999");
}

/// What the row says of its comparable intervals.
void add_comparison(const DetectorInput& input, const Anomaly& anomaly, Steps& steps) {
  const std::uint32_t end = anomaly.stretch_first_tick + anomaly.intervals;
  bool rare = false;
  for (std::uint32_t i = anomaly.stretch_first_tick; i < end; ++i)
    rare = rare || input.baseline.comparables[input.baseline.expected[i].comparable].rare;
  steps.add("baseline_samples", anomaly.baseline_samples,
            std::string("comparable intervals of the one of the row's that has fewest: itself, and "
                        "not those with a wrap, a start of the daemon, a reading taken out or work "
                        "that comes daily at their minute") +
                (rare ? "; of a job that runs seldom the other runs" : ""));
  steps.add(
      "baseline_low", static_cast<double>(anomaly.baseline_low),
      fmt::format("sum over the row's intervals: the least that their comparable ones cost, "
                  "without what is far out: up to {} of them, or {}%, that are {} quartile "
                  "ranges and {} PIDs beyond the quartiles",
                  kMostOutside, kOutsideShare * 100, kFenceRanges, kFenceSlack) +
          (rare ? "; of a job that runs seldom any other run counts, and all that its interval cost"
                : ""));
  steps.add("baseline_high", static_cast<double>(anomaly.baseline_high), "the same of the most");
}

}  // namespace

std::string range_words(const ExcessVariance& variance, const std::string& prefix) {
  if (variance.degrees == 0) return "1.645: nine of ten lie within so many standard deviations";
  const double few = range_deviations({1, 1, variance.degrees});
  return fmt::format(
      "1.645 + min(1, {0}few / {0}V) * ({1:.5g} - 1.645): nine of ten lie within 1.645 standard "
      "deviations, or, by Student's t with these degrees, within {1:.5g}",
      prefix, few);
}

std::vector<Quantity> score_steps(const DetectorInput& input, const Anomaly& anomaly) {
  Steps steps;
  const bool deficit = anomaly.kind == AnomalyKind::pid_deficit;
  Window window = input.scan.measure(anomaly.scored_first_tick, anomaly.scored_last_tick);
  add_sums(input, window, steps);
  if (deficit) {
    const unsigned degrees =
        input.baseline.comparables[input.baseline.expected[window.begin].comparable].degrees;
    steps.add("degrees", degrees > 0 ? degrees : 30, "of Student's t");
    steps.add("score", anomaly.score, "-log10 P(t >= -R / sqrt(V))");
  } else {
    window.score = input.scan.score(window);
    const WindowCalibration& calibration = input.scan.calibration();
    const WindowCalibration::Surprise tails = calibration.surprise(window);
    const double bursts = input.baseline.burst_ratio;
    steps.add("M", tails.sum.random_mean,
              bursts > 0 ? fmt::format("can_vary + max(-can_vary / 2, level), at most {:.7g} * V",
                                       1 - bursts)
                         : "can_vary + max(-can_vary / 2, level)");
    steps.append(tail_steps(calibration, tails, window.width()));
    steps.add("own_score", window.score, "raw_score * shrink - price, from 0 to 9999");
    steps.add("score", add_explanations(input, window, steps), "the smallest of these");
  }
  steps.append(chance_steps(input.scan, anomaly.score));
  if (anomaly.level_bound == LevelBound::unknown_job ||
      anomaly.level_bound == LevelBound::odd_minute)
    add_if_known(input, window, steps);
  if (!anomaly.absent_labels.empty())
    steps.add(
        "with_missing_jobs", anomaly.absent_expected,
        "PIDs of as long a time as the row's, behind a tick with the jobs that its tick lacks and "
        "the nearest ones of its minute have; so many of these: " +
            std::to_string(anomaly.absent_seen));
  steps.add("stretch_R", static_cast<double>(anomaly.observed_pids) - anomaly.expected_pids,
            "of the row: the shortest stretch that holds 55% of R");
  const Window stretch = input.scan.measure(anomaly.stretch_first_tick,
                                            anomaly.stretch_first_tick + anomaly.intervals);
  steps.add("stretch_V", stretch.variance, "its variance");
  const ExcessVariance variance = variance_of(input.scan, stretch);
  if (variance.degrees > 0) {
    steps.add("stretch_few", variance.few, "what of it is known from few others");
    steps.add("stretch_degrees", variance.degrees, "of Student's t for that");
  }
  steps.add("range_deviations", range_deviations(variance), range_words(variance, "stretch_"));
  const ExcessRange range = excess_range(input.clock, input.baseline, input.scan, stretch);
  if (range.start_cost > 0)
    steps.add("start_cost", range.start_cost,
              "PIDs that the daemon's start was given: it may have cost less");
  steps.add("excess_low", range.low, "stretch_R - range_deviations * sqrt(stretch_V)");
  steps.add("excess_high", range.high,
            range.start_cost > 0 ? "stretch_R + range_deviations * sqrt(stretch_V) + start_cost"
                                 : "stretch_R + range_deviations * sqrt(stretch_V)");
  add_comparison(input, anomaly, steps);
  return steps.take();
}

}  // namespace pidometer
