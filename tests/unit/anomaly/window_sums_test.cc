#include "plugin/anomaly/window_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

constexpr int kDay = 24 * 60;

/// A job of each minute that always takes three PIDs, and three runs of another, on the first three
/// days, of which nothing is known but that they take thousands or millions.
PidClock constant_behind_dear_jobs(int odd_minute = -1) {
  testing::MadeLog log;
  for (int minute = 0; minute < 10 * kDay; ++minute) {
    if (minute == 600) {
      log.tick(minute, {1, 2}, 5000);
    } else if (minute == kDay + 600) {
      log.tick(minute, {1, 2}, 100'000);
    } else if (minute == 2 * kDay + 600) {
      log.tick(minute, {1, 2}, 2'000'000);
    } else {
      log.tick(minute, {1}, minute == odd_minute ? 43 : 3);
    }
  }
  return log.clock();
}

// Behind a variance of 10^12 a double's sum has no digits for one of 10^-4.
TEST(WindowSums, keep_small_variances_behind_large_ones) {
  const PidClock clock = constant_behind_dear_jobs();
  const Baseline baseline = learn_baseline(clock);
  ASSERT_GT(baseline.expected[2 * kDay + 600].variance, 1e9F);
  const WindowSums sums(clock, baseline);
  for (std::uint32_t i = 0; i + 8 < 10 * kDay; ++i)
    for (const std::uint32_t width : {1U, 8U}) {
      double variance = 0;
      for (std::uint32_t k = i; k < i + width; ++k)
        variance += static_cast<double>(baseline.expected[k].variance);
      ASSERT_NEAR(sums.measure(i, i + width, 1).variance / variance, 1, 1e-6) << i << ' ' << width;
    }
}

// Nor is anything impossible there.
TEST(WindowSums, forty_pids_behind_large_variances_have_a_chance) {
  constexpr int kOdd = 6 * kDay;
  const PidClock clock = constant_behind_dear_jobs(kOdd);
  std::size_t found = 0;
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock))) {
    if (a.kind != AnomalyKind::pid_excess || a.window_start < clock.ticks[kOdd].time) continue;
    ++found;
    EXPECT_EQ(a.excess_pids, 40);
    EXPECT_EQ(a.level, Level::critical);
    EXPECT_LT(a.score, 1000);
  }
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace pidometer
