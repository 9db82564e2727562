#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "plugin/baseline/baseline.h"
#include "tests/support/host_simulator.h"

namespace pidometer {
namespace {

using testing::HostPlan;
using testing::simulate_host;

constexpr std::uint32_t kWeek = 7 * 24 * 60;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 7 / 2021};

/// Mean squared deviation of intervals that begin in some minutes, in units of their variance.
class MeanSquare {
 public:
  void add(const PidClock& clock, const Baseline& baseline, std::size_t i) {
    const Expectation& e = baseline.expected[i];
    const double level = baseline.level.rate(i, i + 1) * clock.intervals[i].seconds;
    const double off = clock.intervals[i].advance - static_cast<double>(e.mean) - level;
    sum_ += off * off / static_cast<double>(e.variance);
    count_ += 1;
  }
  double value() const { return sum_ / count_; }

 private:
  double sum_ = 0;
  double count_ = 0;
};

TEST(Spread, follows_the_load_of_day_and_night) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 2 * kWeek;
  plan.jobs = {{1, 1, 0, 1}, {2, 10, 0, 2}};
  plan.background = 40;
  plan.burst = 3;
  plan.night = 0.005;
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const Baseline baseline = learn_baseline(clock);
  ASSERT_TRUE(baseline.level.used());
  MeanSquare night;
  MeanSquare noon;
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged || clock.intervals[i].wraps > 0) continue;
    const int hour = clock.ticks[i].minute / 60;
    if (hour >= 23 || hour < 1) night.add(clock, baseline, i);
    if (hour >= 11 && hour < 13) noon.add(clock, baseline, i);
  }
  EXPECT_NEAR(night.value(), 1, 0.35);
  EXPECT_NEAR(noon.value(), 1, 0.35);
}

// What rises with the load never falls beyond what was measured.
TEST(Spread, never_falls_while_the_level_rises) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = kWeek;
  plan.jobs = {{1, 5, 0, 1}};
  plan.background = 4;
  plan.night = 0.2;
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const Baseline baseline = learn_baseline(clock);
  ASSERT_TRUE(baseline.level.used());
  double before = 0;
  for (double level = -20; level < 200; level += 0.5) {
    const double factor = baseline.spread.factor(10, level);
    EXPECT_GE(factor, before) << level;
    before = factor;
  }
  EXPECT_GT(baseline.spread.factor(10, 200), 2 * baseline.spread.factor(10, 0));
  EXPECT_DOUBLE_EQ(SpreadByLevel().factor(10, 30), 1);
}

// The quartiles of counts are whole: of the spread between them 0, 1 or 2 PIDs are left.
TEST(Spread, of_small_counts_is_not_overstated) {
  for (const double background : {0.1, 0.2, 0.4}) {
    SCOPED_TRACE(background);
    HostPlan plan;
    plan.start = kStart;
    plan.minutes = 4 * kWeek;
    plan.jobs = {{1, 10, 0, 3}};
    plan.background = background;
    const PidClock clock = build_pid_clock(simulate_host(plan), {});
    const Baseline baseline = learn_baseline(clock);
    MeanSquare all;
    for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i)
      if (clock.intervals[i].state == IntervalState::judged && clock.intervals[i].wraps == 0)
        all.add(clock, baseline, i);
    EXPECT_NEAR(all.value(), 1, 0.2);
  }
}

TEST(Skewness, tells_independent_processes_from_bursts) {
  const auto mean_of_variance = [](double burst) {
    HostPlan plan;
    plan.start = kStart;
    plan.minutes = 4 * kWeek;
    plan.jobs = {{1, 10, 0, 30}};
    plan.background = 2;
    plan.burst = burst;
    return learn_baseline(build_pid_clock(simulate_host(plan), {})).mean_of_variance;
  };
  EXPECT_GT(mean_of_variance(1), 0.85);
  EXPECT_LE(mean_of_variance(1), 1.0);
  EXPECT_LT(mean_of_variance(6), 0.35);
  EXPECT_GT(mean_of_variance(6), 0.05);
}

TEST(DailySource, does_not_widen_the_same_minute_of_other_hours) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 3 * kWeek;
  plan.jobs = {{1, 10, 0, 3}};
  plan.unlogged = {{0, 1440, 192, 9}};  // at 03:12, in the interval that begins at 03:10
  plan.background = 0.1;
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const Baseline baseline = learn_baseline(clock);
  ASSERT_TRUE(std::ranges::any_of(baseline.periodic_sources, [](const PeriodicSource& s) {
    return s.daily && s.minute == 190;
  }));
  std::array<double, 2> variance{};
  std::array<double, 2> count{};
  MeanSquare source;
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged || clock.intervals[i].wraps > 0) continue;
    if (clock.ticks[i].minute == 190) {
      source.add(clock, baseline, i);
      continue;
    }
    const std::size_t same = clock.ticks[i].minute % 60 == 10 ? 0 : 1;
    variance[same] += static_cast<double>(baseline.expected[i].variance);
    count[same] += 1;
  }
  EXPECT_NEAR(variance[0] / count[0] / (variance[1] / count[1]), 1, 0.3);
  EXPECT_LT(source.value(), 2);
}

}  // namespace
}  // namespace pidometer
