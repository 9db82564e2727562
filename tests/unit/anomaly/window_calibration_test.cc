#include "plugin/anomaly/window_calibration.h"

#include <gtest/gtest.h>

#include <chrono>
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
  double count_share;
};

Measured calibrate(std::vector<Reading> readings) {
  const PidClock clock = build_pid_clock(std::move(readings), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowSums sums(clock, baseline);
  const WindowCalibration calibration(clock, baseline, sums);
  return {calibration.shrink(0), calibration.count_share(0)};
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

}  // namespace
}  // namespace pidometer
