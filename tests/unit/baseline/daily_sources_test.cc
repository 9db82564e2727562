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

constexpr int kDay = 24 * 60;
constexpr int kTenMinutes = 10;
constexpr int kAt = 13 * 60 + 1;  // of the day

/// `days` days of a job each ten minutes that takes 20 PIDs.
void add_days(testing::MadeLog& log, int days) {
  for (int minute = 0; minute < days * kDay; minute += kTenMinutes) log.tick(minute, {1}, 20);
}

// Lines of one known job, put beside the work of one day within one minute: each interval has its
// part of the work, and four of them are no four days.
TEST(DailySources, are_of_several_dates) {
  testing::MadeLog log;
  add_days(log, 3);
  for (int minute = 3 * kDay; minute <= 3 * kDay + kAt; minute += kTenMinutes)
    log.tick(minute, {1}, 20);
  for (const int second : {1, 6, 11, 16}) log.tick(3 * kDay + kAt, {1}, 300, second);
  for (int minute = 3 * kDay + kAt + 9; minute < 6 * kDay; minute += kTenMinutes)
    log.tick(minute, {1}, 20);
  EXPECT_FALSE(has_daily_source(log.clock()));
}

// Ten days of work outside cron at one minute; on four of them cron's lines of that minute are some
// seconds apart, and the work follows the second one.
TEST(DailySources, take_the_ticks_of_a_date_together) {
  testing::MadeLog log;
  for (int minute = 0; minute < 10 * kDay; minute += kTenMinutes) {
    if (minute % kDay != 13 * 60) {
      log.tick(minute, {1, 2}, 20);
    } else if (minute / kDay % 5 < 3) {
      log.tick(minute, {1, 2}, 220, 1);
    } else {
      log.tick(minute, {1}, 4, 1);
      log.tick(minute, {2}, 216, 7);
    }
  }
  log.tick(10 * kDay, {1, 2}, 0);
  const Baseline baseline = learn_baseline(log.clock());
  ASSERT_EQ(baseline.periodic_sources.size(), 1U);
  const PeriodicSource& source = baseline.periodic_sources.front();
  EXPECT_TRUE(source.daily);
  EXPECT_EQ(source.minute, 13 * 60);
  EXPECT_EQ(source.seen, 10U);
}

}  // namespace
}  // namespace pidometer
