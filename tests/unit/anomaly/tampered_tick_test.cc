#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// Lines that are removed from a tick, or put into one, beside work without a line.
namespace pidometer {
namespace {

using testing::HostPlan;

constexpr std::uint32_t kHour = 60;
constexpr std::uint32_t kDay = 24 * kHour;
constexpr std::uint32_t kTick = 9 * kDay + 13 * kHour;
constexpr std::uint32_t kEachTen = 1;
constexpr std::uint32_t kHourly = 2;
constexpr std::uint32_t kHalfHourly = 3;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// A host of little background, two of whose jobs always run at the same minute.
HostPlan quiet_host(double background, std::uint32_t work) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 14 * kDay;
  plan.jobs = {{kEachTen, 10, 0, 1}, {kHourly, 60, 0, 6}, {kHalfHourly, 30, 5, 3}};
  plan.background = background;
  if (work > 0) plan.activities.push_back({kTick + 1, work, 2});
  return plan;
}

Timestamp at(std::uint32_t minute) {
  return kStart + std::chrono::minutes(minute);
}

/// Without the line of a job at the tick.
std::vector<Reading> without(std::vector<Reading> readings, std::uint32_t label) {
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == label && r.time >= at(kTick) && r.time < at(kTick + 1);
  });
  return readings;
}

/// Alarms of excesses.
std::vector<Anomaly> alarms_of(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.level < Level::medium;
  });
  return found;
}

// The jobs of the tick ran all the same: what such a set costs is known from those that hold it.
TEST(TamperedTick, a_removed_line_does_not_hide_the_work_behind_it) {
  for (const double background : {0.0, 0.1, 0.5, 5.0, 20.0})
    for (const std::uint32_t label : {kEachTen, kHourly}) {
      SCOPED_TRACE("background " + std::to_string(background) + ", without job " +
                   std::to_string(label));
      std::vector<Anomaly> found =
          alarms_of(without(simulate_host(quiet_host(background, 500)), label));
      // the reading moves on by a PID or two, which the interval before has more
      std::erase_if(found, [](const Anomaly& a) { return a.window_end <= at(kTick); });
      ASSERT_EQ(found.size(), 1U);
      EXPECT_GE(found[0].level, Level::high);
      EXPECT_NEAR(static_cast<double>(found[0].excess_pids), 500,
                  15 + 5 * std::sqrt(10 * background));
    }
}

TEST(TamperedTick, a_removed_line_alone_is_no_more_than_its_job) {
  for (const double background : {0.0, 0.1, 0.5, 5.0, 20.0})
    for (const std::uint32_t label : {kEachTen, kHourly})
      for (const Anomaly& a : alarms_of(without(simulate_host(quiet_host(background, 0)), label)))
        EXPECT_LE(a.excess_pids, 10) << background << ' ' << label;
}

// A line of a job that the log has elsewhere, where it never stands: its cost is known from there.
TEST(TamperedTick, a_line_of_a_known_job_put_in_does_not_explain_the_work_behind_it) {
  for (const double background : {0.0, 0.1, 0.5, 5.0, 20.0}) {
    SCOPED_TRACE("background " + std::to_string(background));
    std::vector<Reading> readings = simulate_host(quiet_host(background, 500));
    const auto behind =
        std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kTick); });
    Reading line = *std::prev(behind);
    ++line.pid;
    line.label = kHalfHourly;
    readings.insert(behind, line);
    const std::vector<Anomaly> found = alarms_of(readings);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GE(found[0].level, Level::high);
  }
}

// Nobody knows what a job cost that ran but once: no alarm, and a row that says why.
TEST(TamperedTick, a_line_of_a_new_job_put_in_leaves_a_row_that_says_why_it_is_low) {
  for (const double background : {0.0, 0.1, 0.5, 5.0, 20.0})
    for (const std::uint32_t work : {800U, 5000U}) {
      SCOPED_TRACE("background " + std::to_string(background) + ", work " + std::to_string(work));
      std::vector<Reading> readings = simulate_host(quiet_host(background, work));
      const auto behind =
          std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kTick); });
      Reading line = *std::prev(behind);
      ++line.pid;
      line.label = kHalfHourly + 1;
      readings.insert(behind, line);
      const PidClock clock = build_pid_clock(readings, {});
      const std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
      const auto row = std::ranges::find_if(found, [&](const Anomaly& a) {
        return a.kind == AnomalyKind::pid_excess && a.window_start <= at(kTick) &&
               a.window_end > at(kTick);
      });
      ASSERT_NE(row, found.end());
      EXPECT_EQ(row->level, Level::low);
      EXPECT_EQ(row->level_bound, LevelBound::unknown_job);
      EXPECT_NEAR(static_cast<double>(row->excess_pids), work, 15 + 5 * std::sqrt(10 * background));
    }
}

// A line in the midst of the work halves an hour: what is guessed of the halves is no more than the
// hours that are known, and the work is more than two of them.
TEST(TamperedTick, a_line_of_a_known_job_in_the_midst_of_the_work_does_not_explain_it) {
  constexpr std::uint32_t kWorkAt = 3 * kDay + 8 * kHour + 39;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const std::uint32_t work : {500U, 800U}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", work " + std::to_string(work));
      HostPlan plan;
      plan.start = kStart;
      plan.minutes = 5 * kDay;
      plan.seed = seed;
      plan.jobs = {{kHourly, 60, 17, 8}};
      plan.background = 5;
      plan.activities.push_back({kWorkAt, work, 1});
      std::vector<Reading> readings = simulate_host(plan);
      const auto behind =
          std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kWorkAt); });
      Reading line = *std::prev(behind);
      line.pid += (behind->pid - line.pid) / 2;
      line.time = at(kWorkAt) + std::chrono::seconds(46);
      readings.insert(behind, line);
      EXPECT_FALSE(alarms_of(readings).empty());
    }
}

/// Excesses of the tick's interval.
std::vector<Anomaly> excesses_of(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.window_start < at(kTick) ||
           a.window_start >= at(kTick + 1);
  });
  return found;
}

// A job that never fails to stand in a tick, and whose PIDs were spent, has a line that is missing.
TEST(TamperedTick, an_excess_says_whose_line_is_missing) {
  for (const std::uint32_t work : {0U, 500U}) {
    SCOPED_TRACE(work);
    const std::vector<Anomaly> found =
        excesses_of(without(simulate_host(quiet_host(0, work)), kHourly));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].absent_labels, std::vector<std::uint32_t>{kHourly});
    EXPECT_GE(found[0].absent_seen, 30U);
    EXPECT_NEAR(found[0].absent_expected + work, static_cast<double>(found[0].observed_pids), 3);
  }
}

// It is not where the whole schedule has changed, or the line stands close by.
TEST(TamperedTick, no_line_is_missing_that_was_never_due_or_is_late) {
  const std::vector<Reading> whole = simulate_host(quiet_host(0, 500));
  std::vector<Reading> changed = whole;
  std::erase_if(changed,
                [](const Reading& r) { return r.label == kHourly && r.time >= at(kTick); });
  std::vector<Reading> late = whole;
  for (Reading& r : late)
    if (r.label == kHourly && r.time >= at(kTick) && r.time < at(kTick + 1))
      r.time += std::chrono::seconds(40);
  std::ranges::stable_sort(late, {}, &Reading::time);
  for (const auto& readings : {whole, changed, late})
    for (const Anomaly& a : excesses_of(readings)) EXPECT_TRUE(a.absent_labels.empty());
  EXPECT_FALSE(excesses_of(whole).empty());
  EXPECT_FALSE(excesses_of(changed).empty());
}

// A line that is written minutes late has its tick's PID: the job is counted where its PIDs are.
TEST(TamperedTick, a_late_line_is_its_own_ticks) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 7 * kDay;
  plan.jobs = {{kEachTen, 1, 0, 1}, {kHourly, 60, 17, 6}};
  plan.background = 0.05;
  for (plan.seed = 1; plan.seed <= 4; ++plan.seed)
    for (const bool work : {false, true}) {
      SCOPED_TRACE("seed " + std::to_string(plan.seed) + (work ? ", with work" : ""));
      std::vector<Reading> readings = simulate_host(plan);
      for (Reading& r : readings)
        for (const std::uint32_t late : {20 * kHour + 17, 70 * kHour + 17, 130 * kHour + 17})
          if (r.label == kHourly && r.time >= at(late) && r.time < at(late + 1))
            r.time += std::chrono::seconds(100 + late % 7 * 12);
      std::ranges::stable_sort(readings, {}, &Reading::time);
      // work beside it is no line's
      if (work)
        for (Reading& r : readings)
          if (r.time >= at(70 * kHour + 18)) r.pid += 300;
      EXPECT_EQ(alarms_of(readings).size(), work ? 1U : 0U);
    }
}

// Under load a line of a job of every minute is written just before the next one: two runs in one
// tick, which cost twice what the common set of one does.
TEST(TamperedTick, two_runs_of_a_job_cost_two) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 3 * kDay;
  plan.jobs = {{kEachTen, 1, 0, 5}};
  plan.background = 0.05;
  std::vector<Reading> readings = testing::simulate_host(plan);
  for (Reading& r : readings)
    for (const std::uint32_t late : {400U, 1500U, 1777U, 3000U})
      if (r.time >= at(late) && r.time < at(late + 1))
        r.time = at(late + 1) - std::chrono::seconds(1);
  EXPECT_TRUE(alarms_of(readings).empty());
}

}  // namespace
}  // namespace pidometer
