#include "plugin/anomaly/window_calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/even_days.h"
#include "plugin/pid_clock/even_sample.h"

namespace pidometer {
namespace {

// Suspect intervals take no part in the calibration: far out, and at most so many of them, because
// no host is under attack in more of its intervals than that and a bursty host is far out often.
constexpr double kSuspectShare = 0.03;

constexpr std::size_t kSampleWindows = 16000;  // 16 of them beyond the last point
constexpr std::size_t kLeastSample = 200;      // 4 beyond the second: fewer say nothing
constexpr std::array kPoints = {0.05, 0.02, 0.008, 0.003, 0.001};
constexpr std::size_t kAlwaysPoints = 2;
constexpr std::size_t kBesidePoint = 2;   // windows on each side of a point that are averaged
constexpr std::size_t kLeastBeyond = 10;  // of the points after the second: a third more or less
// A point is not measured where suspects, which are left out, may be half of what lies beyond it.
constexpr double kBeyondSuspects = 2;

// Where the tails differ, that of a count says nothing of what is rarer than the deepest point at
// which it was held against the host's own windows, and half as many powers of ten again: the
// suspects, which are left out, are what lies there. A choice; beyond it the heavier tail decides,
// and from the deepest point of all that is short of an alarm in a month of log.
constexpr double kBeyondMeasured = 1.5;

// Where so much is going on, and with so much more spread than independent processes have, work
// comes in bursts whose size and number both vary: the tail is that of a product, not of a sum.
// Wholly so at three times the variance of independent processes, not at all at one and a half.
constexpr double kBusyMean = 3;
constexpr double kNotBurstyRatio = 1.5;
constexpr double kBurstyRatio = 3;

// The spread of sums is taken one standard error wider than measured: a log of a week has few
// windows of two hours.
constexpr double kErrors = 1;

}  // namespace

WindowCalibration::WindowCalibration(const PidClock& clock, const Baseline& baseline,
                                     const WindowSums& sums)
    : clock_(clock), baseline_(baseline), sums_(sums) {
  spread_.fill(1.0);
  shrink_.fill(1.0);
  mark_suspects();
  for (std::size_t w = 0; w < kWindowWidths.size(); ++w) calibrate(w);
}

namespace {

// 0 stands for many.
unsigned least_degrees(unsigned a, unsigned b) {
  return a > 0 && b > 0 ? std::min(a, b) : std::max(a, b);
}

}  // namespace

// What the other runs of jobs at odd minutes leave open, and what the sum is without these jobs.
void WindowCalibration::add_odd_run(std::uint32_t interval, double spread, Sum& sum) const {
  const Expectation& e = baseline_.expected[interval];
  const Comparable& c = baseline_.comparables[e.comparable];
  const double factor = baseline_.spread_factor.empty() ? 1 : baseline_.spread_factor[interval];
  const double rest = factor * static_cast<double>(c.rest_variance);
  const double mean = baseline_.random_mean(e);
  const double varies =
      std::max(static_cast<double>(c.rest_random), baseline_.mean_of_variance * rest);
  sum.beyond = std::max(0.0, sum.beyond) + static_cast<double>(c.beyond);
  sum.job_variance += spread * std::max(0.0, static_cast<double>(e.variance) - rest);
  sum.job_mean += mean - std::min(mean, varies);
}

WindowCalibration::Sum WindowCalibration::without_level(const Window& window) const {
  Sum sum{window.excess, window.variance};
  for (std::uint32_t i = window.begin; i < window.end; ++i) {
    const Expectation& e = baseline_.expected[i];
    sum.random_mean += baseline_.random_mean(e);
    const unsigned d = baseline_.comparables[e.comparable].degrees;
    const unsigned foreign = foreign_degrees(baseline_, clock_.intervals[i]);
    if (d == 0 && foreign == 0) continue;
    // what is added for a line that was taken out is no spread of few
    const double added = foreign > 0 ? 0 : foreign_variance(baseline_, clock_.intervals[i]);
    const double variance = std::max(0.0, static_cast<double>(e.variance) - added);
    const unsigned known = least_degrees(d, foreign);
    sum.few += variance;
    sum.degrees = least_degrees(sum.degrees, known);
    const Comparable& c = baseline_.comparables[e.comparable];
    if (c.beyond < 0 || foreign > 0) {
      sum.other_few += variance;
      sum.other_degrees = least_degrees(sum.other_degrees, known);
    } else {
      add_odd_run(i, spread_[width_index(window.width())], sum);
    }
    if (c.open < 0 || foreign > 0) {
      sum.sure_few += variance;
      sum.sure_degrees = least_degrees(sum.sure_degrees, known);
      continue;
    }
    sum.open = std::max(0.0, sum.open) + static_cast<double>(c.open);
    sum.guessed += std::max(0.0, variance - static_cast<double>(c.sure_variance));
    if (c.sure_degrees == 0) continue;
    sum.sure_few += std::min(variance, static_cast<double>(c.sure_variance));
    sum.sure_degrees = least_degrees(sum.sure_degrees, c.sure_degrees);
  }
  return sum;
}

// What the level says of the window's intervals; the tail gets no lighter than the bursts' by it.
void WindowCalibration::add_level(const Window& window, Sum& sum) const {
  if (!baseline_.level.used()) return;
  sum.random_mean += std::max(-sum.random_mean / 2, sums_.level_pids(window.begin, window.end));
  if (baseline_.burst_ratio > 0)
    sum.random_mean = std::min(sum.random_mean, (1 - baseline_.burst_ratio) * sum.variance);
}

WindowCalibration::Surprise WindowCalibration::surprise(const Window& window) const {
  Sum sum = without_level(window);
  add_level(window, sum);
  return surprise(sum);
}

WindowCalibration::Surprise WindowCalibration::surprise_if_known(const Window& window) const {
  Sum sum{window.excess, window.variance};
  const double spread = spread_[width_index(window.width())];
  for (std::uint32_t i = window.begin; i < window.end; ++i) {
    const Expectation& e = baseline_.expected[i];
    const double known = baseline_.variance_if_known(clock_.intervals[i], i);
    sum.random_mean += baseline_.random_mean(e, known);
    sum.variance += spread * (known - static_cast<double>(e.variance));
  }
  add_level(window, sum);
  return surprise(sum);
}

WindowCalibration::Surprise WindowCalibration::surprise(const Sum& sum) {
  Surprise surprise{surprise_of_count(sum.excess, sum.random_mean, sum.variance),
                    0,
                    0,
                    std::numeric_limits<double>::infinity(),
                    sum,
                    0};
  const double bursty =
      (sum.variance / sum.random_mean - kNotBurstyRatio) / (kBurstyRatio - kNotBurstyRatio);
  if (sum.random_mean >= kBusyMean && bursty > 0) {
    surprise.bursts = surprise_of_bursts(sum.excess, sum.random_mean, sum.variance);
    if (surprise.bursts < surprise.count) surprise.bursty = std::min(1.0, bursty);
  }
  // Where little of the variance comes from few intervals, their degrees say little of the sum; but
  // it is no more surprising than if all of it were theirs.
  constexpr double kMattersShare = 0.05;
  if (sum.degrees > 0 && sum.few > 0) {
    surprise.scale = sum.few > kMattersShare * sum.variance ? sum.variance : sum.few;
    surprise.most = surprise_of_t(sum.excess / std::sqrt(surprise.scale), sum.degrees);
  }
  return surprise;
}

WindowCalibration::Parts WindowCalibration::shared(const Surprise& surprise,
                                                   const CountTail& count_tail, double few_share) {
  const Sum& sum = surprise.sum;
  Parts parts;
  parts.few_share = few_share;
  // with as much of the mean as of the variance: a smaller mean has the heavier tail
  const double known = 1 - sum.few / sum.variance;
  parts.rest = {(1 - few_share) * sum.excess, known * sum.variance, known * sum.random_mean};
  Surprise rest = WindowCalibration::surprise(parts.rest);
  // work that comes in bursts does so in each part
  if (surprise.bursty > 0) {
    rest.bursts =
        surprise_of_bursts(parts.rest.excess, parts.rest.random_mean, parts.rest.variance);
    rest.bursty = rest.bursts < rest.count ? surprise.bursty : 0;
  }
  parts.rest_score = tail_score(rest, count_tail);
  parts.few_score = surprise_of_t(few_share * sum.excess / std::sqrt(sum.few), sum.degrees);
  const double apart = std::abs(parts.rest_score - parts.few_score);
  parts.score = std::max(
      0.0, std::min(parts.rest_score, parts.few_score) - std::log10(1 + std::pow(10.0, -apart)));
  return parts;
}

// Each share gives a bound, and the smallest of bounds is one. Taken is the share at which both
// parts are as surprising: at any other one of them is less so, and the bound no smaller than half.
WindowCalibration::Parts WindowCalibration::by_parts(const Surprise& surprise,
                                                     const CountTail& count_tail) {
  const Sum& sum = surprise.sum;
  if (sum.degrees == 0 || sum.few <= 0 || sum.few >= sum.variance || sum.excess <= 0) return {};
  constexpr int kHalvings = 16;  // the share is known to five digits then
  double less = 0;
  double more = 1;
  Parts parts;
  for (int k = 0; k < kHalvings; ++k) {
    parts = shared(surprise, count_tail, (less + more) / 2);
    (parts.few_score < parts.rest_score ? less : more) = parts.few_share;
  }
  return parts;
}

double WindowCalibration::tail_score(const Surprise& surprise, const CountTail& count_tail) {
  const double count = std::min(surprise.count, std::max(surprise.bursts, count_tail.most));
  const double both = surprise.bursts + count_tail.share * (count - surprise.bursts);
  return surprise.count - surprise.bursty * (surprise.count - both);
}

std::optional<WindowCalibration::Sum> WindowCalibration::beyond_most(const Sum& sum) {
  if (sum.open < 0 || sum.excess <= sum.open || sum.guessed >= sum.variance) return std::nullopt;
  return Sum{sum.excess - sum.open, sum.variance - sum.guessed, sum.random_mean, sum.sure_few,
             sum.sure_degrees};
}

std::optional<WindowCalibration::Sum> WindowCalibration::beyond_dearest(const Sum& sum) {
  if (sum.beyond < 0 || sum.excess <= sum.beyond || sum.job_variance >= sum.variance)
    return std::nullopt;
  return Sum{sum.excess - sum.beyond, sum.variance - sum.job_variance,
             std::max(kLeastRandom, sum.random_mean - sum.job_mean), sum.other_few,
             sum.other_degrees};
}

double WindowCalibration::few_score(const Surprise& surprise, const CountTail& count_tail) {
  const double tail = tail_score(surprise, count_tail);
  if (tail <= surprise.most) return tail;
  double most = std::max(surprise.most, by_parts(surprise, count_tail).score);
  if (const std::optional<Sum> beyond = beyond_most(surprise.sum); beyond && most < tail)
    most = std::max(most, few_score(WindowCalibration::surprise(*beyond), count_tail));
  return std::min(tail, most);
}

double WindowCalibration::raw_score(const Surprise& surprise, const CountTail& count_tail) {
  const double score = few_score(surprise, count_tail);
  const std::optional<Sum> beyond = beyond_dearest(surprise.sum);
  if (!beyond) return score;
  return std::max(score, few_score(WindowCalibration::surprise(*beyond), count_tail));
}

double WindowCalibration::score(const Window& window) const {
  const std::size_t w = width_index(window.width());
  return raw_score(surprise(window), count_tail_[w]) * shrink_[w];
}

double WindowCalibration::score_if_known(const Window& window) const {
  const std::size_t w = width_index(window.width());
  return tail_score(surprise_if_known(window), count_tail_[w]) * shrink_[w];
}

double WindowCalibration::score(const Sum& sum, std::size_t width) const {
  const std::size_t w = width_index(width);
  return raw_score(surprise(sum), count_tail_[w]) * shrink_[w];
}

void WindowCalibration::mark_suspects() {
  std::vector<std::pair<double, std::uint32_t>> far;
  for (const WindowSums::Run& run : sums_.runs())
    for (std::uint32_t i = run.begin; i < run.end; ++i) {
      const Window window = sums_.measure(i, i + 1, 1);
      const double bound = kFarOutDeviations * std::sqrt(window.variance) + kFarOutPids;
      if (std::abs(window.excess) > bound)
        far.emplace_back(-std::abs(window.excess) / std::sqrt(window.variance), i);
    }
  std::ranges::sort(far);
  const auto most = static_cast<std::size_t>(kSuspectShare * static_cast<double>(sums_.judged()));
  if (far.size() > most) far.resize(most);
  for (const auto& [deviations, i] : far) suspects_.push_back(i);
  std::ranges::sort(suspects_);
  const EvenDays days(clock_);
  std::vector<std::int64_t> seen;
  for (const std::uint32_t i : suspects_) seen.push_back(days.day_of(i));
  suspects_are_usual_ = days.cover(seen);
}

// The host's own windows, as far as they are not suspect: some of them, evenly.
WindowCalibration::Sample WindowCalibration::sample(std::size_t w) const {
  const std::uint32_t width = kWindowWidths[w];
  std::size_t count = 0;
  for (const WindowSums::Run& run : sums_.runs()) count += sums_.last_begin(run, w) - run.begin;
  const EvenSample some(count, kSampleWindows);
  Sample sample;
  sample.each = some.each();
  sample.windows.reserve(some.size());
  std::size_t next_suspect = 0;
  std::size_t next = 0;
  std::size_t before = 0;  // windows of the runs before this one
  for (const WindowSums::Run& run : sums_.runs()) {
    const std::size_t here = sums_.last_begin(run, w) - run.begin;
    for (; next < some.size() && some[next] < before + here; ++next) {
      const std::size_t begin = run.begin + (some[next] - before);
      while (next_suspect < suspects_.size() && suspects_[next_suspect] < begin) ++next_suspect;
      if (next_suspect < suspects_.size() && suspects_[next_suspect] < begin + width) continue;
      const auto first = static_cast<std::uint32_t>(begin);
      const Window window = sums_.measure(first, first + width, 1);
      sample.windows.push_back({-window.excess / std::sqrt(window.variance), first});
    }
    before += here;
  }
  return sample;
}

// Intervals are not independent: a level that is followed late adds up. Mean square of what the
// sums are off, in units of what their intervals' variances add up to. Not less than 1: it is
// measured without suspects, and what is left out may be the tail of what comes now and then.
double WindowCalibration::spread_of_sums(const Sample& sample, std::size_t w) {
  double sum = 0;
  double squares = 0;
  for (const Sampled& window : sample.windows) {
    const double square = std::min(kClipSquare, window.deviations * window.deviations);
    sum += square;
    squares += square * square;
  }
  const auto n = static_cast<double>(sample.windows.size());
  const double mean = sum / n;
  // windows that overlap tell the same thing
  const double apart = n * std::min(1.0, sample.each / kWindowWidths[w]);
  const double error = std::sqrt(std::max(0.0, squares / n - mean * mean) / std::max(1.0, apart));
  return std::max(1.0, mean + kErrors * error);
}

// What the windows at the points say of themselves.
std::vector<WindowCalibration::Stated> WindowCalibration::stated_scores(
    std::vector<Sampled> windows, std::size_t w) const {
  const std::uint32_t width = kWindowWidths[w];
  // of all windows of this width; what comes on most days has its own explanation (DailyBursts)
  const double suspects = suspects_are_usual_ ? 0
                                              : static_cast<double>(suspects_.size()) * width /
                                                    static_cast<double>(sums_.judged());
  // the farthest ones in their order, down to the first point and what is looked at beside it
  const auto front =
      static_cast<std::size_t>(kPoints[0] * static_cast<double>(windows.size())) + kBesidePoint + 1;
  std::ranges::partial_sort(windows, windows.begin() + static_cast<std::ptrdiff_t>(front), {},
                            [](const Sampled& x) { return std::pair(x.deviations, x.begin); });
  std::vector<Stated> points;
  for (std::size_t p = 0; p < kPoints.size(); ++p) {
    const auto at = static_cast<std::size_t>(kPoints[p] * static_cast<double>(windows.size()));
    if (p >= kAlwaysPoints && (at < kLeastBeyond || kPoints[p] < kBeyondSuspects * suspects)) break;
    // some windows around the point, because the score is not quite a function of deviations
    Stated stated{-std::log10(kPoints[p]), 0, 0};
    double count = 0;
    for (std::size_t k = at - std::min(at, kBesidePoint); k <= at + kBesidePoint; ++k, ++count) {
      const Surprise tails =
          surprise(sums_.measure(windows[k].begin, windows[k].begin + width, spread_[w]));
      stated.count += raw_score(tails, {.share = 1});
      stated.bursts += raw_score(tails, {.share = 0});
    }
    stated.count /= count;
    stated.bursts /= count;
    points.push_back(stated);
  }
  return points;
}

// The host's own windows at the points must not be more surprising than they say; and where work
// comes in bursts, they say which of the two tails it has.
void WindowCalibration::calibrate(std::size_t w) {
  Sample own = sample(w);
  if (own.windows.size() < kLeastSample) {
    // too little to measure: as for the next narrower width
    if (w == 0) return;
    spread_[w] = spread_[w - 1];
    shrink_[w] = shrink_[w - 1];
    count_tail_[w] = count_tail_[w - 1];
    return;
  }
  if (w > 0) spread_[w] = std::max(spread_[w - 1], spread_of_sums(own, w));
  const std::vector<Stated> points = stated_scores(std::move(own.windows), w);
  // without deep points the heavier tail is taken, or what narrower windows showed
  double share = points.size() > kAlwaysPoints ? 1 : 0;
  double most = kBeyondMeasured * points.back().target;
  if (w > 0 && share < count_tail_[w - 1].share) {
    share = count_tail_[w - 1].share;
    most = std::max(most, count_tail_[w - 1].most);
  }
  for (const Stated& s : points)
    if (s.count > s.target)
      share = std::min(share, std::max(0.0, s.target - s.bursts) / (s.count - s.bursts + 1e-9));
  count_tail_[w] = {share, most};
  for (const Stated& s : points) {
    const double stated = s.bursts + share * (s.count - s.bursts);
    if (stated * shrink_[w] > s.target) shrink_[w] = s.target / stated;
  }
}

}  // namespace pidometer
