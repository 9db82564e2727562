#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/pid_finding.h"

namespace pidometer {
namespace {

TEST(ExcessRange, is_students_where_the_variance_is_known_from_few) {
  EXPECT_NEAR(range_deviations({100, 0, 0}), 1.645, 1e-3);
  EXPECT_NEAR(range_deviations({100, 100, 1}), 6.314, 1e-3);
  EXPECT_NEAR(range_deviations({100, 100, 3}), 2.353, 1e-3);
}

TEST(ExcessRange, is_between_the_two_where_a_part_is) {
  EXPECT_NEAR(range_deviations({100, 25, 1}), 0.75 * 1.645 + 0.25 * 6.314, 1e-3);
  EXPECT_NEAR(range_deviations({100, 200, 1}), 6.314, 1e-3);  // no part is larger than all
}

TEST(ExcessRange, of_a_sum_has_the_least_degrees) {
  ExcessVariance sum;
  for (const ExcessVariance& part :
       {ExcessVariance{10, 0, 0}, ExcessVariance{20, 15, 3}, ExcessVariance{5, 5, 2}})
    sum.add(part);
  EXPECT_EQ(sum.all, 35);
  EXPECT_EQ(sum.few, 20);
  EXPECT_EQ(sum.degrees, 2U);
}

// A job that ran five times: what it usually costs is known from four others.
TEST(ExcessRange, of_a_row_of_a_rare_job_is_wide) {
  std::vector<Reading> readings;
  Pid pid = 1000;
  for (int i = 0; i < 7 * 144; ++i) {
    const bool rare = i % 200 == 77;
    Reading r;
    r.time = Timestamp(std::chrono::sys_days{std::chrono::March / 1 / 2021}) +
             std::chrono::minutes(10 * i);
    r.label = rare ? 2 : 1;
    r.record = static_cast<std::uint32_t>(i);
    r.pid = pid;
    readings.push_back(r);
    pid += static_cast<Pid>(rare ? 40 + i % 7 : 5);
  }
  const PidClock clock = build_pid_clock(readings, {});
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  const Window rare = scan.measure(277, 278);
  const unsigned degrees = baseline.comparables[baseline.expected[277].comparable].degrees;
  ASSERT_EQ(degrees, 4U);
  const ExcessRange range = excess_range(clock, baseline, scan, rare);
  EXPECT_NEAR(range.high - rare.excess, 2.132 * std::sqrt(rare.variance), 0.01);
  EXPECT_NEAR(rare.excess - range.low, 2.132 * std::sqrt(rare.variance), 0.01);
  const Window usual = scan.measure(300, 301);
  const ExcessRange narrow = excess_range(clock, baseline, scan, usual);
  EXPECT_NEAR(narrow.high - usual.excess, 1.645 * std::sqrt(usual.variance), 0.01);
}

}  // namespace
}  // namespace pidometer
