#include "plugin/compared_intervals.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/plugin/host_log.h"

namespace pidometer {
namespace {

using test::HostLog;

using Counts = std::vector<std::pair<std::int32_t, std::uint32_t>>;

/// Two days of a job every ten minutes, from PID 1000 on; `step` says what each costs.
template <typename Step>
PidClock every_ten_minutes(Step step) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 288; ++i) {
    lines.job(10 * i, pid);
    pid += step(i);
  }
  const LogSeries log = lines.series();
  return test::clock_of(log);
}

std::uint32_t times(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0U,
                         [](std::uint32_t sum, const auto& one) { return sum + one.second; });
}

TEST(ComparedIntervals, OfACommonOneAreThoseAtItsMinuteOfTheHour) {
  // minute 30 costs one more, every hour; one interval stands out
  const PidClock clock = every_ten_minutes([](int i) {
    return i == 201 ? 50 : i % 6 == 3 ? 3 : 2;
  });
  ComparedIntervals compared(clock);
  ASSERT_TRUE(compared.common(201));
  const Compared others = compared.of(201);
  EXPECT_NE(others.rule.find("at the same minute of the hour"), std::string::npos) << others.rule;
  EXPECT_EQ(others.intervals.size(), 47U);
  for (const std::uint32_t other : others.intervals) {
    EXPECT_NE(other, 201U) << "it is not compared with itself";
    EXPECT_EQ(other % 6, 3U);
  }
  EXPECT_EQ(compared.counts(201), (Counts{{3, 47}}));
  // for one of the others it is one of those it is compared with
  EXPECT_EQ(compared.counts(3), (Counts{{3, 46}, {50, 1}}));
  EXPECT_EQ(compared.counts(3), (Counts{{3, 46}, {50, 1}})) << "asked again";
  // the last tick begins no interval
  EXPECT_EQ(times(compared.counts(0)), 47U);
}

TEST(ComparedIntervals, AreAllOfTheGroupWhereTheMinuteHasFew) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 60; ++i) {
    lines.job(7 * i, pid);  // few at each minute of the hour
    pid += 2;
  }
  const LogSeries log = lines.series();
  const PidClock clock = test::clock_of(log);
  ComparedIntervals compared(clock);
  const Compared others = compared.of(10);
  EXPECT_EQ(others.rule.find("same minute of the hour"), std::string::npos) << others.rule;
  EXPECT_EQ(others.intervals.size(), 58U);
  EXPECT_EQ(compared.counts(10), (Counts{{2, 58}}));
}

TEST(ComparedIntervals, OfARareJobAreItsOtherRuns) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 288; ++i) {
    lines.job(10 * i, pid);
    pid += 2;
    if (i != 30 && i != 174) continue;  // 05:00 of both days
    lines.job(10 * i, pid, "rare");
    pid += i == 30 ? 20 : 25;
  }
  const LogSeries log = lines.series();
  const PidClock clock = test::clock_of(log);
  ComparedIntervals compared(clock);
  ASSERT_FALSE(compared.common(30));
  const Compared others = compared.of(30);
  EXPECT_NE(others.rule.find("rarest of its jobs"), std::string::npos) << others.rule;
  EXPECT_EQ(others.intervals, std::vector<std::uint32_t>{174});
  EXPECT_EQ(compared.counts(30), (Counts{{27, 1}}));
}

}  // namespace
}  // namespace pidometer
