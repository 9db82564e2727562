#include "plugin/draw_clock.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "plugin/clock_report.h"
#include "plugin/judged_clock.h"
#include "tests/unit/plugin/host_log.h"

namespace pidometer {
namespace {

using test::HostLog;
using test::job_time;

HostClock drawn(const LogSeries& log, std::vector<UnjudgedStretch> unjudged = {}) {
  const JudgedClock judged(test::clock_of(log));
  SeriesReport report = series_report(log, log.records.size(), judged.clock, false, "web01");
  report.unjudged = std::move(unjudged);
  return draw_clock(log, judged.clock, judged.scan, report, 7, "p2:/var/log");
}

TEST(DrawClock, HasEachReadingAndWhatTheStepBehindItLeft) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 300; ++i) {
    lines.job(10 * i, pid);
    pid += i == 150 ? 80 : 10;
  }
  const LogSeries log = lines.series();
  const HostClock clock = drawn(log);
  EXPECT_EQ(clock.series, 7U);
  EXPECT_EQ(clock.series_id, "p2:/var/log");
  EXPECT_EQ(clock.hostname, "web01");
  EXPECT_EQ(clock.pid_max, 32768);
  ASSERT_EQ(clock.points.size(), 300U);
  EXPECT_EQ(clock.points[150].time, job_time(1500));
  EXPECT_EQ(clock.points[150].pid, 2500);
  EXPECT_TRUE(clock.points[150].judged);
  EXPECT_NEAR(clock.points[150].unexplained, 70, 1);
  EXPECT_NEAR(clock.points[149].unexplained, 0, 1);
  EXPECT_FALSE(clock.points.back().judged) << "no step behind the last one";
  for (const ClockPoint& point : clock.points) EXPECT_FALSE(point.apart);
}

TEST(DrawClock, IsDrawnApartWhereTheCounterBeganAnew) {
  HostLog lines;
  for (int i = 0; i < 100; ++i) lines.job(10 * i, 5000 + 10 * i);
  lines.startup(1003, 700);
  for (int i = 101; i < 200; ++i) lines.job(10 * i, 900 + 10 * (i - 101));
  const LogSeries log = lines.series();
  const HostClock clock = drawn(log, {{{job_time(5), job_time(6)}, "why"}});
  ASSERT_EQ(clock.unjudged.size(), 1U);
  EXPECT_EQ(clock.unjudged[0].end, job_time(6));
  std::vector<Timestamp> apart;
  for (const ClockPoint& point : clock.points)
    if (point.apart) apart.push_back(point.time);
  EXPECT_EQ(apart, std::vector<Timestamp>{job_time(1010)});
  EXPECT_FALSE(clock.points[99].judged);
}

TEST(DrawClock, SaysWhereTheHostsClockAndTheLogFilesChange) {
  HostLog lines;
  for (int i = 0; i < 300; ++i) {
    if (i == 120) lines.rotate();
    lines.job(10 * i, 1000 + 10 * i, "job", i < 200 ? 1 : 2);
  }
  const LogSeries log = lines.series();
  const HostClock clock = drawn(log);
  ASSERT_EQ(clock.offsets.size(), 2U);
  EXPECT_EQ(clock.offsets[0].time, job_time(0));
  EXPECT_EQ(clock.offsets[0].utc_offset_minutes, 60);
  EXPECT_EQ(clock.offsets[1].time, job_time(2000));
  EXPECT_EQ(clock.offsets[1].utc_offset_minutes, 120);
  ASSERT_EQ(clock.logs.size(), 2U);
  EXPECT_EQ(clock.logs[0].filename, "/var/log/cron.log.1");
  EXPECT_EQ(clock.logs[1].filename, "/var/log/cron.log");
  EXPECT_EQ(clock.logs[1].time, job_time(1200));
}

}  // namespace
}  // namespace pidometer
