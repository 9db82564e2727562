#include "plugin/baseline/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/rare_intervals.h"

namespace pidometer {
namespace {

// A wrapped interval skips the PIDs that are in use: a few hundred more or less (pid_clock.md)
constexpr float kWrapSpread = 150;

// A reading was taken out of this interval: what it should cost is a guess.
constexpr float kRepairSpread = 50;

// The busier the host is, the more it varies: the spread is measured anew in so many classes of the
// local level, each with at least so many intervals.
constexpr std::size_t kClasses = 8;
constexpr std::size_t kClassSamples = 100;
constexpr double kClipSquare = 16;      // a squared deviation counts up to 4 standard deviations
constexpr std::size_t kSample = 60000;  // enough intervals for eight classes

void widen_foreign_intervals(const PidClock& clock, Baseline& baseline) {
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    if (clock.intervals[i].wraps == 0 && !clock.intervals[i].repaired) continue;
    const float spread = clock.intervals[i].wraps > 0 ? kWrapSpread : kRepairSpread;
    baseline.expected[i].variance += spread * spread;
  }
}

// The variance of an interval was measured around the mean of its group; now that the level is
// known, measure what is left, by classes of the level.
void measure_spread_by_level(const PidClock& clock, Baseline& baseline) {
  struct Sample {
    double level;
    double square;
  };
  std::vector<Sample> samples;
  const std::size_t n = clock.intervals.size();
  const std::size_t stride = n / kSample + 1;
  for (std::size_t i = 0; i < n; i += stride) {
    const Interval& interval = clock.intervals[i];
    const Expectation& e = baseline.expected[i];
    if (interval.state != IntervalState::judged || baseline.comparables[e.comparable].degrees > 0 ||
        interval.wraps > 0)
      continue;
    const double level = baseline.level.rate(i, i + 1);
    const double off = interval.advance - static_cast<double>(e.mean) - level * interval.seconds;
    samples.push_back({level, std::min(kClipSquare, off * off / static_cast<double>(e.variance))});
  }
  const std::size_t classes = std::min(kClasses, samples.size() / kClassSamples);
  if (classes == 0) return;
  std::ranges::sort(samples, {}, &Sample::level);
  std::array<double, kClasses> upper{};
  std::array<float, kClasses> factor{};
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t begin = samples.size() * c / classes;
    const std::size_t end = samples.size() * (c + 1) / classes;
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += samples[k].square;
    factor[c] = static_cast<float>(std::max(0.05, sum / static_cast<double>(end - begin)));
    upper[c] = samples[end - 1].level;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    const double level = baseline.level.rate(i, i + 1);
    std::size_t c = 0;
    while (c + 1 < classes && level > upper[c]) ++c;
    baseline.expected[i].variance *= factor[c];
  }
}

}  // namespace

Baseline learn_baseline(const PidClock& clock) {
  Baseline baseline;
  baseline.expected.resize(clock.intervals.size());
  const IntervalGroups groups = group_intervals(clock);
  baseline.variance_per_half_minute = expect_common_intervals(clock, groups, baseline);
  expect_rare_intervals(clock, groups, baseline.variance_per_half_minute, baseline);
  baseline.level = LocalLevel::learn(clock, baseline.expected);
  if (baseline.level.used()) measure_spread_by_level(clock, baseline);
  widen_foreign_intervals(clock, baseline);
  return baseline;
}

}  // namespace pidometer
