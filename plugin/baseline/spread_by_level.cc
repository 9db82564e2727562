#include "plugin/baseline/spread_by_level.h"

#include <algorithm>
#include <cmath>

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/even_sample.h"

namespace pidometer {
namespace {

// So many classes of the local level, each with at least so many intervals.
constexpr std::size_t kClasses = 12;
constexpr std::size_t kClassSamples = 100;
constexpr std::size_t kSample = 60000;  // enough intervals for twelve classes
constexpr double kLeastFactor = 1e-3;   // a class in which nothing varies at all
constexpr double kLeastShare = 0.05;    // of the usual load: a level estimate may be below zero

// Beyond the busiest class the spread grows as a Poisson count's at least, as the level at most.
constexpr double kLeastSlope = 1;
constexpr double kMostSlope = 2;

struct Class {
  double busyness = 0;  // sums while it is filled, means then
  double square = 0;
  double count = 0;
};

// How much more than usual is going on: logarithm of a ratio.
double busyness_of(double usual, double level) {
  return std::log(std::max(kLeastShare, (usual + level) / usual));
}

// Means that never fall: neighbours that do are one (pool adjacent violators; Ayer et al. 1955).
void make_rising(std::vector<Class>& classes) {
  std::vector<Class> rising;
  for (Class next : classes) {
    while (!rising.empty() && rising.back().square >= next.square) {
      const Class& last = rising.back();
      const double count = last.count + next.count;
      next.busyness = (last.busyness * last.count + next.busyness * next.count) / count;
      next.square = (last.square * last.count + next.square * next.count) / count;
      next.count = count;
      rising.pop_back();
    }
    rising.push_back(next);
  }
  classes = std::move(rising);
}

}  // namespace

SpreadByLevel SpreadByLevel::learn(const PidClock& clock, const std::vector<Expectation>& expected,
                                   const std::vector<Comparable>& comparables,
                                   const LocalLevel& level) {
  struct Sample {
    double busyness;
    double square;
  };
  std::vector<Sample> samples;
  const EvenSample some(clock.intervals.size(), kSample);
  for (std::size_t k = 0; k < some.size(); ++k) {
    const std::size_t i = some[k];
    const Interval& interval = clock.intervals[i];
    const Expectation& e = expected[i];
    if (!teaches(interval) || comparables[e.comparable].degrees > 0) continue;
    const double pids = level_pids(clock, level, e, i);
    const double off = interval.advance - static_cast<double>(e.mean) - pids;
    samples.push_back({busyness_of(static_cast<double>(e.random_mean), pids),
                       std::min(kClipSquare, off * off / static_cast<double>(e.variance))});
  }
  std::ranges::sort(samples, {}, &Sample::busyness);
  std::vector<Class> classes(std::min(kClasses, samples.size() / kClassSamples));
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::size_t begin = samples.size() * c / classes.size();
    const std::size_t end = samples.size() * (c + 1) / classes.size();
    for (std::size_t k = begin; k < end; ++k) {
      classes[c].busyness += samples[k].busyness;
      classes[c].square += samples[k].square;
    }
    classes[c].count = static_cast<double>(end - begin);
    classes[c].busyness /= classes[c].count;
    classes[c].square /= classes[c].count;
  }
  SpreadByLevel spread;
  if (classes.empty()) return spread;
  spread.busiest_ = classes.back().busyness;
  make_rising(classes);
  for (const Class& c : classes)
    spread.knots_.push_back({c.busyness, std::log(std::max(kLeastFactor, c.square))});
  return spread;
}

double SpreadByLevel::factor(double usual, double level) const {
  if (knots_.empty()) return 1;
  const double busyness = busyness_of(usual, level);
  const auto next = std::ranges::upper_bound(knots_, busyness, {}, &Knot::busyness);
  if (next == knots_.begin()) return std::exp(next->log_factor);
  if (next != knots_.end()) {
    const Knot& last = next[-1];
    const double share = (busyness - last.busyness) / (next->busyness - last.busyness);
    return std::exp(last.log_factor + share * (next->log_factor - last.log_factor));
  }
  const Knot& last = knots_.back();
  double slope = kLeastSlope;
  if (knots_.size() > 1) {
    const Knot& before = knots_[knots_.size() - 2];
    slope = (last.log_factor - before.log_factor) / (last.busyness - before.busyness);
  }
  const double beyond = std::max(0.0, busyness - std::max(busiest_, last.busyness));
  return std::exp(last.log_factor + std::clamp(slope, kLeastSlope, kMostSlope) * beyond);
}

}  // namespace pidometer
