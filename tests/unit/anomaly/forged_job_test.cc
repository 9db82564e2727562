#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/window_scan.h"
#include "tests/support/host_simulator.h"

// Lines of jobs that the log has nowhere else, or hardly, beside work without a line: no such line
// explains it, however many they are and wherever else they stand.
namespace pidometer {
namespace {

using testing::HostPlan;

constexpr std::uint32_t kHour = 60;
constexpr std::uint32_t kDay = 24 * kHour;
constexpr std::uint32_t kWorkAt = 9 * kDay + 13 * kHour;
constexpr std::uint32_t kElsewhere = 5 * kDay + 7 * kHour;
constexpr std::uint32_t kTick = 10;  // minutes from one to the next
constexpr std::uint32_t kNewJob = 100;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// A host of three jobs; of the work so much begins at each of so many ticks in a row.
HostPlan host(double background, std::uint32_t work, std::uint32_t ticks = 1) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 14 * kDay;
  plan.jobs = {{1, 10, 0, 1}, {2, 60, 0, 6}, {3, 30, 10, 3}};
  plan.background = background;
  for (std::uint32_t k = 0; k < ticks && work > 0; ++k)
    plan.activities.push_back({kWorkAt + k * kTick + 1, work, 2});
  return plan;
}

Timestamp at(std::uint32_t minute) {
  return kStart + std::chrono::minutes(minute);
}

/// Lines that are put behind the last one of a tick, as if their PIDs were those of what happened
/// there.
void put_into(std::vector<Reading>& readings, std::uint32_t minute,
              const std::vector<std::uint32_t>& labels) {
  for (const std::uint32_t label : labels) {
    const auto behind =
        std::ranges::find_if(readings, [&](const Reading& r) { return r.time > at(minute); });
    Reading line = *(behind - 1);
    ++line.pid;
    line.label = label;
    readings.insert(behind, line);
  }
}

/// ... whose job costs so much there.
void run_at(std::vector<Reading>& readings, std::uint32_t minute, std::uint32_t label, Pid cost) {
  for (Reading& r : readings)
    if (r.time > at(minute)) r.pid += cost;
  put_into(readings, minute, {label});
}

/// Rows of an excess in an interval that begins at the minute.
std::vector<Anomaly> rows_at(const std::vector<Reading>& readings, std::uint32_t minute) {
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [&](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.window_start > at(minute) ||
           a.window_end <= at(minute);
  });
  return found;
}

bool alarm_at(const std::vector<Reading>& readings, std::uint32_t minute) {
  return std::ranges::any_of(rows_at(readings, minute),
                             [](const Anomaly& a) { return a.level >= Level::medium; });
}

void expect_low_row(const std::vector<Reading>& readings, std::uint32_t minute, double excess,
                    double near) {
  const std::vector<Anomaly> rows = rows_at(readings, minute);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].level, Level::low);
  EXPECT_EQ(rows[0].level_bound, LevelBound::unknown_job);
  EXPECT_NEAR(static_cast<double>(rows[0].excess_pids), excess, near);
}

double off(double background) {
  return 10 + 5 * std::sqrt(10 * background);
}

TEST(ForgedJob, no_number_of_new_jobs_in_a_tick_hides_an_alarm) {
  std::size_t judged = 0;
  for (const double background : {0.0, 0.1, 0.5, 5.0})
    for (const std::uint32_t work : {60U, 150U, 400U, 1500U, 5000U}) {
      const std::vector<Reading> honest = simulate_host(host(background, work));
      for (const std::uint32_t jobs : {1U, 2U, 3U, 6U}) {
        if (!alarm_at(simulate_host(host(background, work - 3 * jobs)), kWorkAt)) continue;
        SCOPED_TRACE("background " + std::to_string(background) + ", work " + std::to_string(work) +
                     ", new jobs " + std::to_string(jobs));
        std::vector<std::uint32_t> labels;
        for (std::uint32_t k = 0; k < jobs; ++k) labels.push_back(kNewJob + k);
        std::vector<Reading> forged = honest;
        put_into(forged, kWorkAt, labels);
        expect_low_row(forged, kWorkAt, work - 3.0 * jobs, off(background));
        ++judged;
      }
    }
  EXPECT_GE(judged, 70U);
}

TEST(ForgedJob, the_same_new_line_twice_in_a_tick_is_one_job) {
  std::vector<Reading> forged = simulate_host(host(0.5, 400));
  put_into(forged, kWorkAt, {kNewJob, kNewJob});
  expect_low_row(forged, kWorkAt, 394, off(0.5));
}

TEST(ForgedJob, new_jobs_in_each_tick_of_a_work_hide_none) {
  for (const std::uint32_t work : {108U, 430U}) {
    SCOPED_TRACE(work);
    std::vector<Reading> own = simulate_host(host(0.5, work, 4));
    std::vector<Reading> same = own;
    for (std::uint32_t k = 0; k < 4; ++k) {
      put_into(own, kWorkAt + k * kTick, {kNewJob + 2 * k, kNewJob + 2 * k + 1});
      put_into(same, kWorkAt + k * kTick, {kNewJob});
    }
    for (std::uint32_t k = 0; k < 4; ++k) {
      SCOPED_TRACE(k);
      expect_low_row(own, kWorkAt + k * kTick, work - 6, off(0.5));
      expect_low_row(same, kWorkAt + k * kTick, work - 3, off(0.5));
    }
  }
}

TEST(ForgedJob, runs_elsewhere_cost_what_they_cost_there) {
  std::size_t judged = 0;
  for (const double background : {0.0, 0.5, 5.0})
    for (const std::uint32_t work : {60U, 150U, 840U}) {
      if (!alarm_at(simulate_host(host(background, work)), kWorkAt)) continue;
      SCOPED_TRACE("background " + std::to_string(background) + ", work " + std::to_string(work));
      std::vector<Reading> forged = simulate_host(host(background, work));
      run_at(forged, kElsewhere, kNewJob, 3);
      run_at(forged, kElsewhere + 3 * kHour, kNewJob + 1, 3);
      put_into(forged, kWorkAt, {kNewJob, kNewJob + 1});
      const std::vector<Anomaly> rows = rows_at(forged, kWorkAt);
      ASSERT_EQ(rows.size(), 1U);
      // one run tells a job's cost to a few PIDs, and few jobs differ so much from run to run
      if (work > 60) {
        EXPECT_GE(rows[0].level, Level::low);
      }
      EXPECT_NEAR(static_cast<double>(rows[0].excess_pids), work - 6.0, off(background));
      ++judged;
    }
  EXPECT_GE(judged, 8U);
}

// Whoever copies a line of the tick puts jobs in that are known: they cost what they cost.
TEST(ForgedJob, copies_of_a_known_line_hide_no_alarm) {
  std::size_t judged = 0;
  for (const double background : {0.0, 0.5, 5.0})
    for (const std::uint32_t work : {600U, 1500U, 3000U})
      for (const std::size_t copies : {1U, 2U, 4U}) {
        SCOPED_TRACE("background " + std::to_string(background) + ", work " + std::to_string(work) +
                     ", copies " + std::to_string(copies));
        std::vector<Reading> forged = simulate_host(host(background, work));
        if (!alarm_at(forged, kWorkAt)) continue;
        put_into(forged, kWorkAt, std::vector<std::uint32_t>(copies, 1));
        EXPECT_TRUE(alarm_at(forged, kWorkAt));
        ++judged;
      }
  EXPECT_EQ(judged, 27U);
}

// Whoever puts lines in whose PIDs are absurd puts jobs in that cost what they cost, or nothing.
TEST(ForgedJob, lines_of_absurd_pids_beside_work_hide_no_alarm) {
  for (const std::uint32_t work : {1500U, 3000U})
    for (const std::size_t lines : {1U, 2U, 3U}) {
      SCOPED_TRACE("work " + std::to_string(work) + ", lines " + std::to_string(lines));
      HostPlan plan = host(0.5, work);
      plan.jobs.front() = {1, 1, 0, 2};
      std::vector<Reading> forged = simulate_host(plan);
      ASSERT_TRUE(alarm_at(forged, kWorkAt + 1));
      auto behind = std::ranges::find_if(
          forged, [](const Reading& r) { return r.time > at(kWorkAt + 1) + kTickSpan; });
      for (std::size_t k = 0; k < lines; ++k) {
        Reading line = *(behind - 1);
        line.time = at(kWorkAt + 1) + std::chrono::seconds(15 * (k + 1));
        line.pid = 4'000'000 + 5 * static_cast<Pid>(k);
        behind = forged.insert(behind, line) + 1;
      }
      EXPECT_TRUE(alarm_at(forged, kWorkAt + 1));
    }
}

// One job a tick, each of which runs once more elsewhere: there it cost what it did, and no less.
TEST(ForgedJob, no_work_is_set_off_by_what_its_jobs_lack_elsewhere) {
  std::vector<Reading> forged = simulate_host(host(0.5, 145, 4));
  for (std::uint32_t k = 0; k < 4; ++k) {
    run_at(forged, kElsewhere + 2 * k * kHour, kNewJob + k, 3);
    put_into(forged, kWorkAt + k * kTick, {kNewJob + k});
  }
  const PidClock clock = build_pid_clock(forged, {});
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  for (std::uint32_t i = 0; i + 1 < clock.ticks.size(); ++i)
    EXPECT_GT(scan.measure(i, i + 1).excess, -20) << i;
  const std::vector<Anomaly> found = detect_anomalies(clock, baseline);
  const auto sum = std::ranges::find_if(found, [](const Anomaly& a) {
    return a.kind == AnomalyKind::activity && a.window_start <= at(kWorkAt) &&
           a.window_end >= at(kWorkAt + 4 * kTick);
  });
  ASSERT_NE(sum, found.end());
  EXPECT_GE(sum->level, Level::low);
  EXPECT_NEAR(static_cast<double>(sum->excess_pids), 4 * 142, 2 * off(0.5));
}

// What a new job does by itself is no alarm.
TEST(ForgedJob, a_new_job_of_a_quiet_host_is_no_alarm) {
  for (const double background : {0.0, 0.1, 0.5, 5.0})
    for (const Pid cost : {3U, 20U, 200U}) {
      SCOPED_TRACE("background " + std::to_string(background) + ", cost " + std::to_string(cost));
      std::vector<Reading> readings = simulate_host(host(background, 0));
      run_at(readings, kWorkAt, kNewJob, cost);
      EXPECT_FALSE(alarm_at(readings, kWorkAt));
      if (cost == 3) {
        EXPECT_TRUE(rows_at(readings, kWorkAt).empty());
      }
    }
}

// Nine lines of a job that is known well, a few seconds apart, each with a ninth of the work behind
// it: eight intervals that nobody else's are like.
TEST(ForgedJob, lines_of_a_known_job_do_not_teach_what_the_work_cost) {
  constexpr Pid kPart = 150;
  std::vector<Reading> readings = simulate_host(host(0.3, 0));
  const auto behind =
      std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kWorkAt + 1); });
  const Pid last = (behind - 1)->pid;
  for (auto r = behind; r != readings.end(); ++r) r->pid += 9 * kPart;
  std::vector<Reading> lines(9, *behind);
  for (std::uint32_t k = 0; k < 9; ++k) {
    lines[k].time = at(kWorkAt + 1) + std::chrono::seconds(5 * k + 5);
    lines[k].pid = last + 5 + k * kPart;
    lines[k].label = 1;
  }
  readings.insert(behind, lines.begin(), lines.end());
  std::int64_t alarms = 0;
  const PidClock clock = build_pid_clock(readings, {});
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock)))
    if (a.kind == AnomalyKind::pid_excess && a.level >= Level::medium &&
        a.window_start > at(kWorkAt + 1) && a.window_start < at(kWorkAt + 2))
      alarms += a.excess_pids;
  EXPECT_GE(alarms, 8 * std::int64_t{kPart - 10});
}

}  // namespace
}  // namespace pidometer
