#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// Single lines that are removed from ticks which are then unlike all others.
namespace pidometer {
namespace {

using testing::HostPlan;

constexpr std::uint32_t kHour = 60;
constexpr std::uint32_t kDay = 24 * kHour;
constexpr std::uint32_t kTick = 9 * kDay + 13 * kHour;
constexpr std::uint32_t kEachTen = 1;
constexpr std::uint32_t kHourly = 2;
constexpr std::uint32_t kBeside = 3;  ///< always beside the hourly one
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

Timestamp at(std::uint32_t minute) {
  return kStart + std::chrono::minutes(minute);
}

HostPlan host(double background, std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 14 * kDay;
  plan.seed = seed;
  plan.jobs = {{kEachTen, 10, 0, 1}, {kHourly, 60, 0, 6}, {kBeside, 60, 0, 3}};
  plan.background = background;
  return plan;
}

bool runs_at(const Reading& r, std::uint32_t label, std::uint32_t minute) {
  return r.label == label && r.time >= at(minute) && r.time < at(minute + 1);
}

std::vector<Reading> without(std::vector<Reading> readings, std::uint32_t label,
                             std::uint32_t from = kTick, std::uint32_t lines = 1) {
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == label && r.time >= at(from) && r.time < at(from + (lines - 1) * kHour + 1);
  });
  return readings;
}

/// Rows of missing lines of one job.
std::vector<Anomaly> rows_of(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) { return a.absent_seen == 0; });
  return found;
}

// Either job of two that always run together: what is left of the tick stands nowhere else.
TEST(AbsentLine, a_tick_like_no_other_lacks_a_line) {
  for (const double background : {0.0, 0.002})
    for (const std::uint32_t label : {kHourly, kBeside}) {
      SCOPED_TRACE("background " + std::to_string(background) + ", without " +
                   std::to_string(label));
      const std::vector<Anomaly> found =
          rows_of(without(simulate_host(host(background, 1)), label));
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
      EXPECT_EQ(found[0].cause, GapCause::records_removed);
      EXPECT_EQ(found[0].level, Level::low);
      EXPECT_EQ(found[0].labels, std::vector<std::uint32_t>{label});
      EXPECT_EQ(found[0].missing_records, 1U);
      EXPECT_EQ(found[0].window_start, at(kTick));
      EXPECT_GE(found[0].absent_seen, 30U);
      EXPECT_NEAR(static_cast<double>(found[0].observed_pids), found[0].expected_pids, 2);
      EXPECT_GT(static_cast<double>(found[0].observed_pids), found[0].background_pids + 1);
    }
}

// What the job costs is known from ticks that have the other ones alone.
TEST(AbsentLine, a_dear_job_is_missed_on_a_busier_host) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    HostPlan plan = host(0.5, seed);
    plan.jobs = {{kEachTen, 10, 0, 1}, {kHourly, 60, 0, 2}, {kBeside, 30, 0, 25}};
    const std::vector<Anomaly> rows = rows_of(without(simulate_host(plan), kBeside));
    found += rows.size();
    for (const Anomaly& a : rows) EXPECT_EQ(a.window_start, at(kTick));
  }
  EXPECT_EQ(found, 10U);
}

// Some hours' lines, each of which tells too little.
TEST(AbsentLine, lines_in_a_row_are_one_row) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::vector<Anomaly> rows =
        rows_of(without(simulate_host(host(0.02, seed)), kBeside, kTick, 5));
    if (rows.empty()) continue;
    ++found;
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].missing_records, 5U);
    EXPECT_EQ(rows[0].level, Level::low);
  }
  EXPECT_GE(found, 8U);
}

// A job that did not run took no PIDs.
TEST(AbsentLine, a_job_that_did_not_run_lacks_no_line) {
  for (const double background : {0.0, 0.02, 0.1, 0.5, 2.0})
    for (const std::uint32_t label : {kHourly, kBeside})
      for (std::uint64_t seed = 1; seed <= 10; ++seed)
        for (const std::uint32_t hours : {1U, 4U}) {
          std::vector<Reading> readings = simulate_host(host(background, seed));
          for (std::uint32_t k = 0; k < hours; ++k)
            for (Reading& r : readings)
              if (r.time >= at(kTick + k * kHour + 1)) r.pid -= label == kHourly ? 8 : 5;
          EXPECT_TRUE(rows_of(without(std::move(readings), label, kTick, hours)).empty())
              << background << ' ' << label << ' ' << seed << ' ' << hours;
        }
}

// A schedule that was changed, at some hours or for good, a line that is late, a job that goes at
// random, damage.
TEST(AbsentLine, no_line_is_missing_that_was_never_due_or_is_late_or_lost) {
  const std::vector<Reading> whole = simulate_host(host(0, 1));
  std::vector<Reading> changed = whole;
  std::erase_if(changed,
                [](const Reading& r) { return r.label == kBeside && r.time >= at(kTick); });
  std::vector<Reading> late = whole;
  for (Reading& r : late)
    if (runs_at(r, kBeside, kTick)) r.time += std::chrono::seconds(40);
  std::ranges::stable_sort(late, {}, &Reading::time);
  std::vector<Reading> random = whole;
  testing::Random die(7);
  Pid less = 0;
  for (Reading& r : random) {
    r.pid -= less;
    if (r.label != kBeside || die.uniform() > 0.1) continue;
    r.label = 0;
    less += 5;
  }
  std::erase_if(random, [](const Reading& r) { return r.label == 0; });
  std::vector<Reading> damaged = without(whole, kBeside);
  std::ranges::find_if(damaged, [](const Reading& r) { return r.time > at(kTick); })->lost_before =
      Loss::unparsed;
  for (const auto& readings : {whole, changed, late, random, damaged})
    EXPECT_TRUE(rows_of(readings).empty());
}

// Work beside it says nothing of the job, and its excess says what is missing: no second row.
TEST(AbsentLine, an_excess_that_says_it_is_enough) {
  HostPlan plan = host(0, 1);
  plan.jobs.pop_back();
  const std::vector<Anomaly> found = rows_of(without(simulate_host(plan), kHourly));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::pid_excess);
}

}  // namespace
}  // namespace pidometer
