#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

using Steps = std::vector<Quantity>;

// The tail of a count.
void add_count(const WindowCalibration::Surprise& tails, Steps& steps) {
  const double excess = tails.sum.excess;
  const double variance = tails.sum.variance;
  const double mean = tails.sum.random_mean;
  const double m = std::min(mean, variance);
  steps.push_back({"m", m, "min(M, V)"});
  const bool bound = is_chernoff_bound(excess, mean, variance);
  if (variance <= m * 1.0001) {
    if (bound)
      steps.push_back(
          {"count_score", tails.count,
           "Chernoff's bound, since P(X >= m + R), X Poisson with mean m, is below 1e-200: "
           "((m + R) ln((m + R) / m) - R) / ln 10, at most 9999; the chance is this small or "
           "smaller"});
    else
      steps.push_back(
          {"count_score", tails.count,
           "-log10 P(X >= m + R), X Poisson with mean m: the lower incomplete gamma function "
           "P(m + R, m)"});
    return;
  }
  steps.push_back({"k", m * m / (variance - m), "m^2 / (V - m)"});
  if (bound)
    steps.push_back(
        {"count_score", tails.count,
         "Chernoff's bound, since P(X >= m + R), X negative binomial with mean m and size "
         "k, is below 1e-200: ((m + R) ln((m + R) / m) - (m + R + k) ln((m + R + k) / (m + "
         "k))) / ln 10, at most 9999; the chance is this small or smaller"});
  else
    steps.push_back(
        {"count_score", tails.count,
         "-log10 P(X >= m + R), X negative binomial with mean m and size k: the incomplete "
         "beta function I_(1 - m/V)(m + R, k)"});
}

void add_count_tail(const WindowCalibration::CountTail& count_tail, Steps& steps) {
  steps.push_back(
      {"count_share", count_tail.share, "learnt: how far the count's tail is this host's"});
  steps.push_back({"count_most", count_tail.most,
                   "1.5 times the deepest point at which its own windows say so"});
}

void add_parts(const WindowCalibration::Parts& parts, Steps& steps) {
  steps.insert(
      steps.end(),
      {{"few_share", parts.few_share,
        "of R: the sum is as large only if that part has so much of it or the rest has the other "
        "share; any share gives a bound, this is where both are as surprising"},
       {"rest_variance", parts.rest.variance, "V - few_variance"},
       {"rest_mean", parts.rest.random_mean, "M * rest_variance / V"},
       {"known_score", parts.rest_score,
        "as tail_score, of (1 - few_share) * R, with rest_variance for V and rest_mean for M; "
        "bursty is the same"},
       {"few_score", parts.few_score,
        "-log10 P(t >= few_share * R / sqrt(few_variance)) with so many degrees"},
       {"parts_score", parts.score, "-log10(10^-known_score + 10^-few_score)"}});
}

// What is known from few intervals, and how far that bounds the score.
void add_few(const WindowCalibration::Surprise& tails,
             const WindowCalibration::CountTail& count_tail, const std::string& name,
             Steps& steps) {
  const WindowCalibration::Sum& sum = tails.sum;
  steps.push_back({"degrees", static_cast<double>(sum.degrees),
                   "of Student's t: a part of the variance is known from few intervals"});
  steps.push_back({"few_variance", std::min(sum.few, sum.variance), "that part of V"});
  const double raw = WindowCalibration::few_score(tails, count_tail);
  if (tails.scale < sum.variance) {
    steps.push_back({"t_score", tails.most,
                     "-log10 P(t >= R / sqrt(few_variance)) with so many degrees, since that part "
                     "is no more than 0.05 V"});
    steps.push_back({name, raw, "min(tail_score, t_score)"});
    return;
  }
  steps.push_back({"t_score", tails.most, "-log10 P(t >= R / sqrt(V)) with so many degrees"});
  std::string others = "t_score";
  const WindowCalibration::Parts parts = WindowCalibration::by_parts(tails, count_tail);
  if (parts.score > 0) {
    others += ", parts_score";
    add_parts(parts, steps);
  }
  if (const auto beyond = WindowCalibration::beyond_most(sum)) {
    others += ", most_score";
    const WindowCalibration::Surprise surprise = WindowCalibration::surprise(*beyond);
    steps.insert(
        steps.end(),
        {{"open", sum.open,
          "PIDs that sets of known jobs may cost beyond what is expected of them, at most"},
         {"guessed_variance", sum.guessed, "of V: what goes with that guess"},
         {"sure_few", sum.sure_few, "what is known from few intervals of V - guessed_variance"},
         {"sure_degrees", static_cast<double>(sum.sure_degrees), "of Student's t for it; 0: none"},
         {"most_score", WindowCalibration::few_score(surprise, count_tail),
          "as raw_score, of R - open with V - guessed_variance for V, sure_few and sure_degrees"}});
  }
  steps.push_back(
      {name, raw,
       others == "t_score" ? "min(tail_score, t_score)" : "min(tail_score, max(" + others + "))"});
}

// What lies beyond the dearest of their other runs of jobs at odd minutes.
void add_beyond(const WindowCalibration::Sum& beyond, const WindowCalibration::Surprise& tails,
                const WindowCalibration::CountTail& count_tail, Steps& steps) {
  const WindowCalibration::Surprise surprise = WindowCalibration::surprise(beyond);
  const double score = WindowCalibration::few_score(surprise, count_tail);
  if (tails.bursty <= 0 && surprise.bursty > 0) add_count_tail(count_tail, steps);
  steps.insert(
      steps.end(),
      {{"beyond_R", beyond.excess, "R - beyond"},
       {"beyond_V", beyond.variance, "V without what these jobs vary"},
       {"beyond_M", beyond.random_mean, "M without these jobs"},
       {"beyond_few", beyond.few, "what is known from few intervals of beyond_V"},
       {"beyond_degrees", static_cast<double>(beyond.degrees), "of Student's t for it; 0: none"},
       {"beyond_score", score,
        "as limited_score, of beyond_R with beyond_V for V and beyond_M for M, beyond_few "
        "and beyond_degrees, nothing open"},
       {"raw_score", WindowCalibration::raw_score(tails, count_tail),
        "max(limited_score, beyond_score)"}});
}

}  // namespace

std::vector<Quantity> tail_steps(const WindowCalibration& calibration,
                                 const WindowCalibration::Surprise& tails, std::size_t width) {
  Steps steps;
  const std::size_t w = width_index(width);
  const WindowCalibration::CountTail& count_tail = calibration.count_tail(w);
  const double mean = tails.sum.random_mean;
  add_count(tails, steps);
  if (tails.bursty > 0) {
    steps.insert(
        steps.end(),
        {{"sigma_square", std::log1p(tails.sum.variance / (mean * mean)), "ln(1 + V / M^2)"},
         {"burst_score", tails.bursts,
          "-log10 P(X >= M + R), X lognormal: erfc((ln(1 + R/M) + sigma_square/2) / sqrt(2 "
          "sigma_square)) / 2"},
         {"bursty", tails.bursty, "min(1, (V/M - 1.5) / 1.5), where M >= 3"}});
    add_count_tail(count_tail, steps);
    steps.insert(
        steps.end(),
        {{"tail_score", WindowCalibration::tail_score(tails, count_tail),
          "count_score - bursty * (count_score - burst_score - count_share * (min(count_score, "
          "max(burst_score, count_most)) - burst_score))"}});
  } else {
    steps.push_back({"tail_score", tails.count, "count_score"});
  }
  const auto beyond = WindowCalibration::beyond_dearest(tails.sum);
  const std::string name = beyond ? "limited_score" : "raw_score";
  if (std::isfinite(tails.most))
    add_few(tails, count_tail, name, steps);
  else
    steps.push_back({name, WindowCalibration::few_score(tails, count_tail), "tail_score"});
  if (tails.sum.beyond >= 0)
    steps.push_back({"beyond", tails.sum.beyond,
                     "PIDs more than expected that jobs at minutes of the day at which they do not "
                     "run else may cost, by the dearest of their other runs"});
  if (beyond) add_beyond(*beyond, tails, count_tail, steps);
  steps.push_back({"shrink", calibration.shrink(w),
                   "learnt: this host's own windows are not more surprising than they say"});
  steps.push_back({"price", WindowScan::price(width), "0.65 log10(width)"});
  return steps;
}

std::vector<Quantity> chance_steps(const WindowScan& scan, double score) {
  const double looks = scan.looks();
  const double count = expected_count(score, looks);
  return {
      {"looks", looks, "windows of the log, those that overlap by their share"},
      {"in_log", count, "-looks ln(1 - 10^-score): what chance makes of such"},
      {"score_log", score_over_looks(score, looks),
       "-log10(1 - exp(-in_log)), or score - log10(looks) where in_log is below 1e-12; "
       "between 0 and score"},
      {"days", scan.days(), "of log that was judged"},
      {"in_month", count * 30 / std::max(scan.days(), 1e-3),
       "in_log * 30 / days: low below 10, medium below 0.1, high below 1e-4, critical below 1e-8"}};
}

}  // namespace pidometer
