#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// The published analysis of a Red Hat 6.2 honeypot (November 2000): rmmod every ten minutes,
// cron.hourly at :01, cron.daily at 04:02; costs 2 (3 at :30, sendmail's queue run), 5, 145; first
// job PID 618 on 5 November 09:40, last record 8 November 22:10. The log is rebuilt from these
// numbers.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::simulate_host;
using testing::SimulatedActivity;

constexpr std::uint32_t kRmmod = 1;
constexpr std::uint32_t kHourly = 2;
constexpr std::uint32_t kDaily = 3;

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::November / 5 / 2000} +
                             std::chrono::hours(9) + std::chrono::minutes(40);

struct Excess {
  std::int64_t pids;
  int day, hour, minute;
  std::uint32_t pid = 0;
  std::uint32_t next_pid = 0;
};

std::uint32_t minute_of_log(int day, int hour, int minute) {
  return static_cast<std::uint32_t>(((day - 5) * 24 + hour - 9) * 60 + minute - 40);
}

const std::vector<Excess> kPublished = {
    {3, 5, 9, 40, 618, 623},    {42, 5, 10, 50, 641, 685},   {1, 5, 12, 50, 719, 722},
    {1, 6, 2, 50, 972, 975},    {-4, 6, 4, 2, 1000, 1141},   {6, 8, 0, 1, 2073, 2084},
    {41, 8, 8, 20, 2375, 2418}, {18, 8, 8, 40, 2421, 2441},  {842, 8, 8, 50, 2441, 3285},
    {29, 8, 9, 1, 3287, 3321},  {22, 8, 20, 30, 3523, 3548}, {5, 8, 21, 10, 3559, 3566},
    {4, 8, 21, 20, 3566, 3572}, {2, 8, 21, 50, 3577, 3581}};

HostPlan quiet_honeypot(std::uint32_t daily_minute = 2) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = minute_of_log(8, 22, 10) + 1;
  plan.first_pid = 616;
  plan.jobs = {{kRmmod, 10, 0, 0}, {kHourly, 60, 1, 3}, {kDaily, 1440, 4 * 60 + daily_minute, 143}};
  plan.unlogged = {{0, 60, 30, 1}};
  return plan;
}

// Adds the differences to every PID that follows.
void add(std::vector<Reading>& readings, const std::vector<Excess>& differences) {
  for (const Excess& e : differences) {
    const Timestamp at = kStart + std::chrono::minutes(minute_of_log(e.day, e.hour, e.minute));
    for (Reading& r : readings)
      if (r.time > at) r.pid = static_cast<Pid>(static_cast<std::int64_t>(r.pid) + e.pids);
  }
}

std::vector<Reading> published_log() {
  std::vector<Reading> readings = simulate_host(quiet_honeypot());
  add(readings, kPublished);
  for (Reading& r : readings) {  // the two records that were a second late
    if (r.time == kStart + std::chrono::minutes(minute_of_log(8, 9, 1)) ||
        r.time == kStart + std::chrono::minutes(minute_of_log(8, 21, 50)))
      r.time += std::chrono::seconds(1);
  }
  Reading startup;
  startup.time = kStart - std::chrono::minutes(6) - std::chrono::seconds(18);
  startup.pid = 390;
  startup.kind = ReadingKind::boot;
  readings.insert(readings.begin(), startup);
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  return readings;
}

/// Without the activities that sum them up.
std::vector<Anomaly> find(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) { return a.kind == AnomalyKind::activity; });
  return found;
}

void expect_findings(const std::vector<Anomaly>& found, const std::vector<Excess>& want) {
  ASSERT_EQ(found.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    SCOPED_TRACE("finding " + std::to_string(i));
    const auto start =
        kStart + std::chrono::minutes(minute_of_log(want[i].day, want[i].hour, want[i].minute));
    EXPECT_EQ(found[i].excess_pids, want[i].pids);
    EXPECT_EQ(std::chrono::floor<std::chrono::minutes>(found[i].window_start), start);
    EXPECT_EQ(found[i].kind, want[i].pids < 0 ? AnomalyKind::pid_deficit : AnomalyKind::pid_excess);
    EXPECT_EQ(found[i].intervals, 1U);
    if (want[i].pid == 0) continue;
    EXPECT_EQ(found[i].first_pid, want[i].pid);
    EXPECT_EQ(found[i].last_pid, want[i].next_pid);
    EXPECT_EQ(found[i].observed_pids, want[i].next_pid - want[i].pid);
  }
}

TEST(ReferenceCase, rebuilt_log_has_the_published_size) {
  const std::vector<Reading> readings = published_log();
  EXPECT_EQ(readings.size(), 597U);
  EXPECT_EQ(readings.back().pid, 3588U);
}

TEST(ReferenceCase, exactly_the_fourteen_findings) {
  const std::vector<Anomaly> found = find(published_log());
  expect_findings(found, kPublished);
  for (const Anomaly& a : found) {
    SCOPED_TRACE(a.excess_pids);
    if (a.excess_pids <= 1) {
      EXPECT_LE(a.level, Level::low);
    }
    if (a.excess_pids >= 3) {
      EXPECT_GE(a.level, Level::medium);
    }
    EXPECT_GT(a.score, 0.0);
    EXPECT_LE(a.excess_low, a.excess_pids);
    EXPECT_GE(a.excess_high, a.excess_pids);
  }
  EXPECT_GE(found[8].score, 1000.0);
}

// The night of 8 November reads as one thing: three findings, two of them apart by quiet intervals.
TEST(ReferenceCase, neighbours_are_one_activity) {
  const std::vector<Reading> readings = published_log();
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> parts = detect_anomalies(clock, learn_baseline(clock));
  std::vector<Anomaly> sums;
  for (const Anomaly& a : parts)
    if (a.kind == AnomalyKind::activity) sums.push_back(a);
  ASSERT_FALSE(sums.empty());
  for (const Anomaly& sum : sums) {
    SCOPED_TRACE(sum.excess_pids);
    std::int64_t excess = 0;
    Level level = Level::informational;
    for (const Anomaly& part : parts) {
      if (part.kind == AnomalyKind::activity || part.activity != sum.activity) continue;
      EXPECT_EQ(part.kind, AnomalyKind::pid_excess);
      EXPECT_GE(part.window_start, sum.window_start);
      EXPECT_LE(part.window_end, sum.window_end);
      excess += part.excess_pids;
      level = std::max(level, part.level);
    }
    EXPECT_NEAR(static_cast<double>(sum.excess_pids), static_cast<double>(excess), 1);
    EXPECT_EQ(sum.level, level);
    EXPECT_LE(sum.excess_low, sum.excess_pids);
    EXPECT_GE(sum.excess_high, sum.excess_pids);
  }
}

TEST(ReferenceCase, rows_say_what_they_were_compared_with) {
  const std::vector<Anomaly> found = find(published_log());
  ASSERT_EQ(found.size(), 14U);
  EXPECT_GE(found[8].baseline_samples, 80U);
  EXPECT_EQ(found[8].baseline_low, 2);
  EXPECT_LE(found[8].baseline_high, 3);
  EXPECT_EQ(found[8].labels, std::vector<std::uint32_t>{kRmmod});
  EXPECT_EQ(found[10].baseline_low, 3);  // :30: sendmail's queue run is learnt
  EXPECT_EQ(found[10].baseline_high, 3);
  EXPECT_EQ(found[4].baseline_samples, 2U);
  EXPECT_EQ(found[4].baseline_low, 145);
  EXPECT_EQ(found[4].baseline_high, 145);
  EXPECT_EQ(found[4].labels, std::vector<std::uint32_t>{kDaily});
}

TEST(ReferenceCase, nothing_without_the_activities) {
  EXPECT_TRUE(find(simulate_host(quiet_honeypot())).empty());
}

TEST(ReferenceCase, queue_run_is_learnt_as_a_periodic_source) {
  const PidClock clock = build_pid_clock(published_log(), {});
  const Baseline baseline = learn_baseline(clock);
  ASSERT_EQ(baseline.periodic_sources.size(), 1U);
  EXPECT_FALSE(baseline.periodic_sources[0].daily);
  EXPECT_EQ(baseline.periodic_sources[0].minute, 30);
  EXPECT_NEAR(baseline.periodic_sources[0].pids, 1.0, 0.05);
}

TEST(ReferenceCase, findings_follow_the_data) {
  // the daily job at other minutes, and an excess of 7 where there was none
  for (const std::uint32_t daily_minute : {2U, 5U, 12U, 20U, 41U, 59U}) {
    SCOPED_TRACE(daily_minute);
    std::vector<Reading> readings = simulate_host(quiet_honeypot(daily_minute));
    const Excess seven = {7, 7, 14, 20};
    add(readings, {seven});
    expect_findings(find(readings), {seven});
  }
}

TEST(ReferenceCase, published_findings_with_the_daily_job_elsewhere) {
  std::vector<Reading> readings = simulate_host(quiet_honeypot(17));
  std::vector<Excess> moved = {{42, 5, 10, 50}, {1, 5, 12, 50}, {-4, 6, 4, 17},
                               {7, 7, 14, 20},  {6, 8, 0, 1},   {842, 8, 8, 50}};
  add(readings, moved);
  expect_findings(find(readings), moved);
}

}  // namespace
}  // namespace pidometer
