#include "plugin/baseline/daily_sources.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

/// Four days of an hourly job, of 20 and 40 PIDs by turns, and at three o'clock of 30 and so many
/// more.
PidClock four_days(int more) {
  testing::MadeLog log;
  for (int hour = 0; hour < 4 * 24; ++hour)
    log.tick(60 * hour, {1}, hour % 24 == 3 ? 30 + more : hour % 2 == 0 ? 20 : 40);
  log.tick(4 * 24 * 60, {1}, 0);
  return log.clock();
}

bool has_daily_source(const PidClock& clock) {
  const Baseline baseline = learn_baseline(clock);
  return std::ranges::any_of(baseline.periodic_sources, &PeriodicSource::daily);
}

// All minutes of the day are looked at. The median of four days is known to 0.44 of the host's
// spread of 10: 4.5 such errors are 20 PIDs, and would be 16 of a mean.
TEST(DailySources, stand_out_by_the_standard_error_of_a_median) {
  EXPECT_FALSE(has_daily_source(four_days(19)));
  EXPECT_TRUE(has_daily_source(four_days(30)));
}

}  // namespace
}  // namespace pidometer
