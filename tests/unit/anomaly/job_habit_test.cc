#include "plugin/anomaly/job_habit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"

namespace pidometer {
namespace {

constexpr int kRuns = 4 * 7 * 24;  // of the hourly job
constexpr int kMore = 40;          // PIDs of a run that walks through more files

/// Which of the runs of two jobs, of each hour's seventh and thirty-seventh minute, cost more. A
/// third one never does.
struct Plan {
  std::vector<int> hourly;
  std::vector<int> other;
};

/// Every n-th run from the first one on.
std::vector<int> every(int n) {
  std::vector<int> runs;
  for (int run = 10; run < kRuns; run += n) runs.push_back(run);
  return runs;
}

PidClock clock_of(const Plan& plan) {
  std::vector<Reading> readings;
  Pid pid = 1000;
  const auto tick = [&](int minute, std::uint32_t label, int pids) {
    Reading r;
    r.time = Timestamp(std::chrono::sys_days{std::chrono::March / 1 / 2021}) +
             std::chrono::minutes(minute);
    r.label = label;
    r.record = static_cast<std::uint32_t>(readings.size());
    r.pid = pid;
    readings.push_back(r);
    pid += static_cast<Pid>(pids);
  };
  const auto more = [](const std::vector<int>& runs, int run) {
    return std::ranges::find(runs, run) != runs.end() ? kMore : 0;
  };
  for (int run = 0; run < kRuns; ++run) {
    tick(60 * run + 7, 1, 8 + run * 7919 % 3 + more(plan.hourly, run));
    tick(60 * run + 37, 2, 8 + run * 6007 % 3 + more(plan.other, run));
    tick(60 * run + 52, 3, 7 + run * 5003 % 2);
  }
  ClockOptions options;
  options.pid_max = 4194304;
  return build_pid_clock(readings, options);
}

struct Judged {
  explicit Judged(const Plan& plan)
      : clock(clock_of(plan)),
        baseline(learn_baseline(clock)),
        scan(clock, baseline),
        habit(clock, baseline, scan) {}

  /// The window of one of the hourly job's runs.
  Window window_of(int run) const {
    const auto begin = static_cast<std::uint32_t>(3 * run);
    Window window = scan.measure(begin, begin + 1);
    window.score = scan.score(window);
    return window;
  }

  PidClock clock;
  Baseline baseline;
  WindowScan scan;
  JobHabit habit;
};

// 17 of 672 runs, and what is judged counts as one more of both.
TEST(JobHabit, explains_by_how_often_the_job_did_so) {
  Judged judged({every(40), {}});
  const Window window = judged.window_of(10 + 3 * 40);
  ASSERT_GT(window.score, 3);
  SeenShare share;
  EXPECT_NEAR(judged.habit.explained(window, &share), -std::log10(17.0 / 673), 1e-9);
  EXPECT_EQ(share.seen, 17);
  EXPECT_EQ(share.of, 673);
}

TEST(JobHabit, explains_nothing_that_is_as_frequent_beside_other_jobs) {
  Judged judged({every(40), every(41)});
  const Window window = judged.window_of(10 + 3 * 40);
  ASSERT_GT(window.score, 3);
  EXPECT_EQ(judged.habit.explained(window), window.score);
}

TEST(JobHabit, is_no_habit_in_fewer_than_one_of_fifty_runs) {
  Judged judged({every(55), {}});
  const Window window = judged.window_of(10 + 3 * 55);
  ASSERT_GT(window.score, 3);
  EXPECT_EQ(judged.habit.explained(window), window.score);
}

// An intruder who works through the night meets the same job many times.
TEST(JobHabit, does_not_count_what_lies_within_half_a_day) {
  std::vector<int> night;
  for (int run = 300; run < 312; ++run) night.push_back(run);
  night.push_back(100);
  night.push_back(500);
  Judged judged({night, {}});
  const Window window = judged.window_of(306);
  ASSERT_GT(window.score, 3);
  EXPECT_EQ(judged.habit.explained(window), window.score);
}

// Of a window of several intervals that one counts which has most of it.
TEST(JobHabit, explains_a_window_by_its_main_interval) {
  Judged judged({every(40), {}});
  const auto begin = static_cast<std::uint32_t>(3 * (10 + 3 * 40));
  Window window = judged.scan.measure(begin, begin + 2);
  window.score = judged.scan.score(window);
  ASSERT_GT(window.score, 3);
  EXPECT_LT(judged.habit.explained(window), 2);
}

}  // namespace
}  // namespace pidometer
