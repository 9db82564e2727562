#include "plugin/anomaly/window_calibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "tests/support/host_simulator.h"

namespace pidometer {
namespace {

using testing::HostPlan;

constexpr std::uint32_t kDay = 24 * 60;

/// A cheap job that is always the same and one whose work comes in bursts take turns.
std::vector<Reading> two_jobs_in_turn(std::uint32_t days) {
  HostPlan plan;
  plan.start = std::chrono::sys_days{std::chrono::March / 1 / 2021};
  plan.minutes = days * kDay;
  plan.pid_max = 4194304;
  plan.jobs = {{1, 10, 0, 1}, {2, 10, 5, 40, 20, 12}};
  plan.background = 0.06;
  return testing::simulate_host(plan);
}

struct Measured {
  double shrink;
  double count_share;  // of single intervals, as shrink is
};

Measured calibrate(std::vector<Reading> readings) {
  const PidClock clock = build_pid_clock(std::move(readings), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowSums sums(clock, baseline);
  const WindowCalibration calibration(clock, baseline, sums);
  return {calibration.shrink(0), calibration.count_tail(0).share};
}

// From some 16,000 intervals on it is a sample that is measured. Which line a log begins with must
// not say which of the jobs are in it.
TEST(WindowCalibration, a_sample_has_each_of_two_jobs) {
  std::vector<Reading> readings = two_jobs_in_turn(84);
  ASSERT_GT(readings.size(), 24000U - 1000U);
  const Measured whole = calibrate(readings);
  readings.erase(readings.begin());
  const Measured less = calibrate(std::move(readings));
  EXPECT_NEAR(whole.shrink, less.shrink, 0.03);
  EXPECT_NEAR(whole.count_share, less.count_share, 0.2);
}

// What lies beyond the points at which a host's own windows were measured is a question of the
// tail: work in bursts may be there that no other window shows.
TEST(WindowCalibration, the_lighter_tail_ends_where_it_was_measured) {
  WindowCalibration::Surprise surprise;
  surprise.count = 15;
  surprise.bursts = 3;
  surprise.bursty = 1;
  surprise.most = 100;
  const auto score = [&](double share, double most) {
    return WindowCalibration::raw_score(surprise, {share, most});
  };
  EXPECT_NEAR(score(1, 100), 15, 1e-9);
  EXPECT_NEAR(score(1, 4.5), 4.5, 1e-9);
  EXPECT_NEAR(score(0.5, 4.5), 3.75, 1e-9);
  EXPECT_NEAR(score(0, 4.5), 3, 1e-9);
  surprise.bursts = 8;  // the heavier one goes on
  EXPECT_NEAR(score(1, 4.5), 8, 1e-9);
  surprise.bursty = 0.5;
  EXPECT_NEAR(score(1, 4.5), 11.5, 1e-9);
  surprise.bursty = 0;  // there is no other
  EXPECT_NEAR(score(1, 4.5), 15, 1e-9);
}

TEST(WindowCalibration, a_rare_burst_is_not_judged_by_the_lighter_tail_alone) {
  const PidClock clock = build_pid_clock(two_jobs_in_turn(42), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowSums sums(clock, baseline);
  const WindowCalibration calibration(clock, baseline, sums);
  std::size_t bursty = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    Window window = sums.measure(i, i + 1, 1);
    window.excess = 20 * std::sqrt(window.variance);
    const auto tails = calibration.surprise(window);
    if (tails.bursty < 1) continue;
    ++bursty;
    ASSERT_GT(tails.count, 6);
    EXPECT_LE(calibration.score(window), std::max(4.5, tails.bursts));
  }
  EXPECT_GT(bursty, 100U);
}

}  // namespace
}  // namespace pidometer
