#include "plugin/baseline/common_intervals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace pidometer {
namespace {

constexpr std::size_t kMinutes = 60;

// A minute of the hour speaks for itself from so many intervals on (a median of fewer can be made
// by two intrusions); with as many as a common group it is also what a finding is compared with.
constexpr std::size_t kMinuteSamples = 4;
constexpr std::uint32_t kComparableSamples = 8;

// An hourly surplus is named as a periodic source from this many PIDs and standard deviations of one
// interval on; smaller ones are learnt without a word.
constexpr double kSourcePids = 0.75;
constexpr double kSourceDeviations = 1;

// Variance of a small group or minute is pulled towards the larger whole as if it had so many more
// intervals of the whole's variance.
constexpr double kGroupPull = 4;
constexpr double kMinutePull = 10;

// A group that never deviated in n intervals may still do so: half an event in n (Jeffreys' prior)
constexpr double kUnseen = 0.5;

// The random part of a mean is at least the variance or this, whichever is smaller: with less the
// negative binomial is nearly log-series and no excess on a constant host is ever surprising.
constexpr double kLeastRandom = 0.3;

// "Always costs the same": this share of at least so many intervals (the core of them).
constexpr double kConstantShare = 0.95;
constexpr std::size_t kConstantSamples = 10;

// A spread from fewer intervals is itself uncertain: Student's t instead of the normal.
constexpr std::size_t kCommonDegrees = 40;

struct MinuteCell {
  Core core;
  double location = 0;
  double square_sum = 0;  // of the core's deviations from `location`
  double variance = 0;
};

class CommonGroup {
 public:
  CommonGroup(const PidClock& clock, const IntervalGroups& groups, const IntervalGroup& group)
      : clock_(clock), groups_(groups), group_(group) {
    divide();
    locate();
  }

  double square_sum() const { return square_sum_; }
  double samples() const { return samples_; }

  void spread(double host_variance) {
    const double pooled = (square_sum_ + kGroupPull * host_variance) / (samples_ + kGroupPull);
    const double least = kUnseen / static_cast<double>(group_.core.n);
    for (MinuteCell& cell : cells_) {
      const auto n = static_cast<double>(cell.core.core_n);
      const double own = (cell.square_sum + kMinutePull * pooled) / (n + kMinutePull);
      const double robust = cell.core.robust_spread * cell.core.robust_spread;
      cell.variance = std::max({own, least, cell.core.n >= kComparableSamples ? robust : 0.0});
    }
  }

  void fill(Baseline& baseline) {
    std::array<std::uint32_t, kMinutes> comparable{};
    const std::uint32_t whole = add_comparable(group_.core, baseline);
    for (std::size_t m = 0; m < kMinutes; ++m)
      comparable[m] =
          cells_[m].core.n >= kComparableSamples ? add_comparable(cells_[m].core, baseline) : whole;
    for (std::uint32_t k = group_.begin; k < group_.end; ++k) {
      const std::uint32_t i = groups_.order[k];
      const std::size_t minute = clock_.ticks[i].minute % kMinutes;
      const MinuteCell& cell = cells_[minute];
      const double low = cell.core.core_n > 0 ? static_cast<double>(cell.core.low)
                                              : static_cast<double>(group_.core.low);
      Expectation& e = baseline.expected[i];
      e.mean = static_cast<float>(cell.location);
      e.variance = static_cast<float>(cell.variance);
      e.random_mean =
          static_cast<float>(std::max(cell.location - low, std::min(cell.variance, kLeastRandom)));
      e.comparable = comparable[minute];
    }
    note_hourly(baseline);
  }

 private:
  void divide() {
    std::array<std::uint32_t, kMinutes + 1> starts{};
    for (std::uint32_t k = group_.begin; k < group_.end; ++k)
      if (const std::uint32_t i = groups_.order[k]; teaches(clock_.intervals[i]))
        ++starts[clock_.ticks[i].minute % kMinutes + 1];
    for (std::size_t m = 0; m < kMinutes; ++m) starts[m + 1] += starts[m];
    std::vector<std::int32_t> values(starts[kMinutes]);
    auto place = starts;
    for (std::uint32_t k = group_.begin; k < group_.end; ++k)
      if (const std::uint32_t i = groups_.order[k]; teaches(clock_.intervals[i]))
        values[place[clock_.ticks[i].minute % kMinutes]++] = clock_.intervals[i].advance;
    for (std::size_t m = 0; m < kMinutes; ++m)
      cells_[m].core = core_of(std::span(values).subspan(starts[m], starts[m + 1] - starts[m]));
  }

  // Each minute's own mean, shrunk towards the group's by its uncertainty (James and Stein 1961)
  void locate() {
    double inner = 0;
    double inner_n = 0;
    for (const MinuteCell& cell : cells_) {
      inner += cell.core.square_sum;
      inner_n += static_cast<double>(cell.core.core_n);
    }
    const double variance = inner_n > 0 ? inner / inner_n : 0;
    for (MinuteCell& cell : cells_) {
      cell.location = group_.core.mean;
      if (cell.core.core_n == 0) continue;
      const auto n = static_cast<double>(cell.core.core_n);
      const double shift = cell.core.mean - group_.core.mean;
      if (cell.core.n >= kMinuteSamples) {
        const double own = (cell.core.square_sum + kMinutePull * variance) / (n + kMinutePull);
        const double error = std::max(own, kUnseen / n) / n;
        cell.location += shift * std::max(0.0, 1 - error / (shift * shift + 1e-12));
      }
      const double off = cell.core.mean - cell.location;
      // a minute too small to be moved lends its inner spread only
      cell.square_sum =
          cell.core.square_sum + (cell.core.n >= kMinuteSamples ? n * off * off : 0.0);
      square_sum_ += cell.square_sum;
      samples_ += n;
    }
  }

  std::uint32_t add_comparable(const Core& core, Baseline& baseline) const {
    Comparable c;
    c.samples = static_cast<std::uint32_t>(core.n);
    c.low = static_cast<std::int32_t>(core.low);
    c.high = static_cast<std::int32_t>(core.high);
    c.constant =
        core.core_n >= kConstantSamples &&
        static_cast<double>(core.at_median) >= kConstantShare * static_cast<double>(core.core_n);
    if (group_.core.n < kCommonDegrees) c.degrees = static_cast<std::uint16_t>(group_.core.n - 1);
    c.agree = core.core_n >= kConstantSamples && core.at_median + 1 >= core.core_n;
    baseline.comparables.push_back(c);
    return static_cast<std::uint32_t>(baseline.comparables.size() - 1);
  }

  void note_hourly(Baseline& baseline) const {
    for (std::size_t m = 0; m < kMinutes; ++m) {
      const MinuteCell& cell = cells_[m];
      if (cell.core.n < kComparableSamples) continue;
      // against the group's median: the mean already holds a share of the source itself
      const double surplus = cell.location - group_.core.median;
      if (surplus > std::max(kSourcePids, kSourceDeviations * std::sqrt(cell.variance)))
        baseline.periodic_sources.push_back({false, static_cast<std::uint16_t>(m), surplus,
                                             static_cast<std::uint32_t>(cell.core.n)});
    }
  }

  const PidClock& clock_;
  const IntervalGroups& groups_;
  const IntervalGroup& group_;
  std::array<MinuteCell, kMinutes> cells_;
  double square_sum_ = 0;
  double samples_ = 0;
};

}  // namespace

double expect_common_intervals(const PidClock& clock, const IntervalGroups& groups,
                               Baseline& baseline) {
  std::vector<std::pair<CommonGroup, double>> common;
  double square_sum = 0;
  double half_minutes = 0;
  for (const IntervalGroup& group : groups.groups) {
    if (!group.common) continue;
    common.emplace_back(CommonGroup(clock, groups, group), group.half_minutes);
    square_sum += common.back().first.square_sum();
    half_minutes += common.back().first.samples() * std::max<double>(1, group.half_minutes);
  }
  const double host = half_minutes > 0 ? square_sum / half_minutes : 0;
  for (auto& [group, length] : common) {
    group.spread(host * std::max(1.0, length));
    group.fill(baseline);
  }
  return host;
}

}  // namespace pidometer
