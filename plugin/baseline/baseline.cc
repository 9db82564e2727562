#include "plugin/baseline/baseline.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/daily_sources.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/job_costs.h"
#include "plugin/baseline/rare_intervals.h"

namespace pidometer {
namespace {

// A wrapped interval skips the PIDs that are in use: a few hundred more or less (pid_clock.md)
constexpr float kWrapSpread = 150;

// A reading was taken out of this interval: what it should cost is a guess.
constexpr float kRepairSpread = 50;

// The busier the host is, the more it varies: the spread is measured anew in so many classes of the
// local level, each with at least so many intervals.
constexpr std::size_t kClasses = 12;
constexpr std::size_t kClassSamples = 100;
constexpr double kClipSquare = 16;      // a squared deviation counts up to 4 standard deviations
constexpr std::size_t kSample = 60000;  // enough intervals for twelve classes
constexpr double kLeastFactor = 0.05;
constexpr double kLeastShare = 0.05;  // of the usual load: a level estimate may be below zero
constexpr double kApart = 0.02;       // classes closer than 2% are one

void widen_foreign_intervals(const PidClock& clock, Baseline& baseline) {
  for (std::size_t i = 0; i < clock.intervals.size(); ++i) {
    if (clock.intervals[i].wraps == 0 && !clock.intervals[i].repaired) continue;
    const float spread = clock.intervals[i].wraps > 0 ? kWrapSpread : kRepairSpread;
    baseline.expected[i].variance += spread * spread;
  }
}

// How much more than usual is going on for such an interval (logarithm): what its spread grows
// with.
double busyness(const PidClock& clock, const Baseline& baseline, std::size_t i) {
  const double usual = static_cast<double>(baseline.expected[i].random_mean);
  const double level = baseline.level.rate(i, i + 1) * clock.intervals[i].seconds;
  return std::log(std::max(kLeastShare, (usual + level) / usual));
}

/// Spread as a function of busyness: straight lines between the classes' means, and on beyond them.
class SpreadByLevel {
 public:
  SpreadByLevel(const PidClock& clock, const Baseline& baseline) {
    struct Sample {
      double busyness;
      double square;
    };
    std::vector<Sample> samples;
    const std::size_t n = clock.intervals.size();
    const std::size_t stride = n / kSample + 1;
    for (std::size_t i = 0; i < n; i += stride) {
      const Interval& interval = clock.intervals[i];
      const Expectation& e = baseline.expected[i];
      if (!teaches(interval) || baseline.comparables[e.comparable].degrees > 0) continue;
      const double level = baseline.level.rate(i, i + 1) * interval.seconds;
      const double off = interval.advance - static_cast<double>(e.mean) - level;
      samples.push_back({busyness(clock, baseline, i),
                         std::min(kClipSquare, off * off / static_cast<double>(e.variance))});
    }
    const std::size_t classes = std::min(kClasses, samples.size() / kClassSamples);
    std::ranges::sort(samples, {}, &Sample::busyness);
    for (std::size_t c = 0; c < classes; ++c) {
      const std::size_t begin = samples.size() * c / classes;
      const std::size_t end = samples.size() * (c + 1) / classes;
      double place = 0;
      double sum = 0;
      for (std::size_t k = begin; k < end; ++k) {
        place += samples[k].busyness;
        sum += samples[k].square;
      }
      const auto count = static_cast<double>(end - begin);
      const Knot knot{place / count, std::log(std::max(kLeastFactor, sum / count))};
      if (knots_.empty() || knot.busyness > knots_.back().busyness + kApart) knots_.push_back(knot);
    }
  }

  /// What to multiply an interval's variance by.
  double factor(double busyness) const {
    if (knots_.empty()) return 1;
    if (knots_.size() == 1 || busyness <= knots_.front().busyness)
      return std::exp(knots_.front().log_factor);
    std::size_t k = 1;
    while (k + 1 < knots_.size() && busyness > knots_[k].busyness) ++k;
    const Knot& a = knots_[k - 1];
    const Knot& b = knots_[k];
    double slope = (b.log_factor - a.log_factor) / (b.busyness - a.busyness);
    // beyond the last class the spread grows as a Poisson count's at least, as the level at most
    if (busyness > b.busyness)
      return std::exp(b.log_factor + std::clamp(slope, 1.0, 2.0) * (busyness - b.busyness));
    return std::exp(a.log_factor + slope * (busyness - a.busyness));
  }

 private:
  struct Knot {
    double busyness;
    double log_factor;
  };
  std::vector<Knot> knots_;
};

// The variance of an interval was measured around the mean of its group; now that the level is
// known, measure what is left, by classes of the level.
void measure_spread_by_level(const PidClock& clock, Baseline& baseline) {
  const SpreadByLevel spread(clock, baseline);
  for (std::size_t i = 0; i < clock.intervals.size(); ++i)
    if (clock.intervals[i].state == IntervalState::judged)
      baseline.expected[i].variance *=
          static_cast<float>(spread.factor(busyness(clock, baseline, i)));
}

// The rate of the additive fit, but never more than leaves each job the two PIDs that it takes at
// least: cron's child, and the job (measured of plain jobs: three, their shell too).
double background_rate(const PidClock& clock, const IntervalGroups& groups, const JobCosts& costs) {
  constexpr double kJobPids = 2;
  constexpr double kHalfMinute = 30;
  double left = 0;
  double seconds = 0;
  for (const IntervalGroup& group : groups.groups) {
    if (!group.common) continue;
    const auto n = static_cast<double>(group.core.n);
    const auto jobs = static_cast<double>(clock.item_sets.labels(group.items).size());
    left += n * (group.core.mean - kJobPids * jobs);
    seconds += n * kHalfMinute * group.half_minutes;
  }
  const double fit = std::max(0.0, costs.per_half_minute() / kHalfMinute);
  return seconds > 0 ? std::clamp(left / seconds, 0.0, fit) : fit;
}

}  // namespace

Baseline learn_baseline(const PidClock& clock) {
  Baseline baseline;
  baseline.expected.resize(clock.intervals.size());
  const IntervalGroups groups = group_intervals(clock);
  baseline.variance_per_half_minute = expect_common_intervals(clock, groups, baseline);
  const JobCosts costs(clock, groups);
  expect_rare_intervals(clock, groups, costs, baseline.variance_per_half_minute, baseline);
  baseline.background_per_second = background_rate(clock, groups, costs);
  baseline.level = LocalLevel::learn(clock, baseline.expected);
  if (baseline.level.used()) measure_spread_by_level(clock, baseline);
  add_daily_sources(clock, baseline);
  widen_foreign_intervals(clock, baseline);
  return baseline;
}

}  // namespace pidometer
