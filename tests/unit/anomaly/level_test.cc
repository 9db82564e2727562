#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/window_scan.h"
#include "tests/support/host_simulator.h"

// What goes on beside a window, and what may be made of it.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::Random;
using testing::simulate_host;

constexpr std::uint32_t kDay = 24 * 60;
constexpr std::uint32_t kDaily = 4 * 60 + 2;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2021};

/// A quiet host with a job at 04:02 whose work, now more and now less, ends behind the next line.
HostPlan host_with_a_daily_job(std::uint64_t seed, std::uint32_t days) {
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.minutes = days * kDay;
  plan.jobs = {{1, 10, 0, 1}, {2, 60, 1, 6}, {3, 30, 5, 3}, {4, kDay, kDaily, 0}};
  plan.background = 3;
  plan.night = 0.15;
  Random random(seed);
  for (std::uint32_t day = 0; day < days; ++day) {
    const auto own = static_cast<std::uint32_t>(120 + 160 * random.uniform());
    const auto behind = static_cast<std::uint32_t>(30 + 110 * random.uniform());
    plan.activities.push_back({day * kDay + kDaily, own, 2});
    plan.activities.push_back({day * kDay + kDaily + 4, behind, 1});
  }
  return plan;
}

std::int64_t handed_out(const PidClock& clock, std::uint32_t begin, std::uint32_t end) {
  return std::accumulate(clock.intervals.begin() + begin, clock.intervals.begin() + end,
                         std::int64_t{0},
                         [](std::int64_t sum, const Interval& i) { return sum + i.advance; });
}

TEST(Level, no_excess_is_larger_than_what_was_handed_out) {
  std::size_t used = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const PidClock clock = build_pid_clock(simulate_host(host_with_a_daily_job(seed, 20)), {});
    const Baseline baseline = learn_baseline(clock);
    used += baseline.level.used() ? 1 : 0;
    const WindowScan scan(clock, baseline);
    double worst = 0;
    for (const WindowSums::Run& run : scan.sums().runs())
      for (std::size_t w = 0; w < kWindowWidths.size(); ++w)
        for (std::uint32_t begin = run.begin; begin < scan.sums().last_begin(run, w); ++begin) {
          const std::uint32_t end = begin + kWindowWidths[w];
          // what is certain: the job of each line, and cron's child for it
          std::int64_t certain = 0;
          for (std::uint32_t i = begin; i < end; ++i) certain += clock.ticks[i].jobs;
          const double expected =
              static_cast<double>(handed_out(clock, begin, end)) - scan.measure(begin, end).excess;
          worst = std::max(worst, static_cast<double>(certain) - expected);
        }
    EXPECT_LE(worst, 1e-3);
    for (const Anomaly& a : detect_anomalies(clock, baseline))
      if (a.kind == AnomalyKind::pid_excess || a.kind == AnomalyKind::activity) {
        const auto tick_at = [&](Timestamp time) {
          return static_cast<std::uint32_t>(
              std::ranges::lower_bound(clock.ticks, time, {}, &Tick::time) - clock.ticks.begin());
        };
        EXPECT_LE(a.excess_pids, handed_out(clock, tick_at(a.window_start), tick_at(a.window_end)));
      }
  }
  EXPECT_GT(used, 0U);
}

TEST(Level, a_daily_job_teaches_nothing_about_the_hours_around) {
  constexpr std::uint32_t kOddDay = 9;
  HostPlan plan = host_with_a_daily_job(5, 20);
  plan.activities[std::size_t{2} * kOddDay].pids = 60;
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const Baseline baseline = learn_baseline(clock);
  ASSERT_TRUE(baseline.level.used());
  const WindowScan scan(clock, baseline);
  const auto tick_at = [&](std::uint32_t minute) {
    return static_cast<std::uint32_t>(
        std::ranges::lower_bound(clock.ticks, kStart + std::chrono::minutes(minute), {},
                                 &Tick::time) -
        clock.ticks.begin());
  };
  // nothing happened before: half an hour's background is some fifteen PIDs
  const Window before =
      scan.measure(tick_at(kOddDay * kDay + kDaily - 42), tick_at(kOddDay * kDay + kDaily - 1));
  EXPECT_LT(before.excess, 15);
}

/// Work begins at eight and ends at six, every day or but for the weekends.
HostPlan host_with_hours(std::uint64_t seed, std::uint32_t night, std::uint32_t day,
                         bool weekends) {
  constexpr std::uint32_t kDays = 20;
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.minutes = kDays * kDay;
  plan.jobs = {{1, 5, 0, 4}, {2, 60, 17, 18}};
  plan.background = night;
  constexpr std::uint32_t kFirst = 4;  // of the week that begins on 1 January 1970: Monday
  for (std::uint32_t d = 0; d < (weekends ? 1U : 5U); ++d)
    for (std::uint32_t m = 8 * 60; m < 18 * 60; ++m)
      plan.unlogged.push_back({0, weekends ? kDay : 7 * kDay,
                               (kFirst + d) % 7 * (weekends ? 0 : kDay) + m, 0,
                               static_cast<double>(day - night)});
  return plan;
}

std::size_t excess_alarms(const HostPlan& plan) {
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  return static_cast<std::size_t>(std::ranges::count_if(found, [](const Anomaly& a) {
    return a.kind == AnomalyKind::pid_excess && a.level >= Level::medium;
  }));
}

TEST(Hours, a_switch_that_comes_every_day_is_expected) {
  struct Case {
    std::uint32_t night;
    std::uint32_t day;
    bool weekends;
  };
  for (const Case c :
       {Case{1, 20, true}, Case{6, 60, true}, Case{30, 60, true}, Case{2, 40, false}}) {
    SCOPED_TRACE(c.day);
    std::size_t all = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      all += excess_alarms(host_with_hours(seed, c.night, c.day, c.weekends));
    EXPECT_LE(all, 1U);  // in two months
  }
}

/// The level of what a host with a weekly job hands out beside its schedule at the second run,
/// `minutes` behind it.
Level behind_the_second_run(bool behind_the_first_too, std::uint32_t minutes) {
  constexpr std::uint32_t kWeekly = 4 * 60 + 22;
  constexpr std::uint32_t kFirst = 3 * kDay + kWeekly;  // weeks begin on 1 January 1970, a Thursday
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = 14 * kDay;
  plan.jobs = {{1, 10, 0, 1}, {2, 7 * kDay, kWeekly, 40}};
  plan.activities.push_back({kFirst + 1, 5, 1});  // its runs differ
  if (behind_the_first_too) plan.activities.push_back({kFirst + minutes, 150, 5});
  plan.activities.push_back({kFirst + 7 * kDay + minutes, 150, 5});
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  const auto worst = std::ranges::max_element(found, {}, &Anomaly::excess_pids);
  EXPECT_GT(worst->excess_pids, 140);
  return worst->level;
}

TEST(Level, a_weekly_job_goes_on_behind_a_pause_only_where_no_run_denies_it) {
  EXPECT_LE(behind_the_second_run(true, 22), Level::low);
  EXPECT_EQ(behind_the_second_run(false, 22), Level::critical);
  EXPECT_LE(behind_the_second_run(false, 10), Level::low) << "beside its own interval";
}

TEST(Hours, of_one_day_are_no_habit) {
  HostPlan plan = host_with_hours(1, 6, 20, true);
  plan.activities.push_back({12 * kDay + 2 * 60 + 1, 200, 30});   // by night
  plan.activities.push_back({14 * kDay + 13 * 60 + 1, 300, 20});  // and by day
  const PidClock clock = build_pid_clock(simulate_host(plan), {});
  const std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  for (const std::uint32_t at : {12 * kDay + 2 * 60 + 15, 14 * kDay + 13 * 60 + 10})
    EXPECT_TRUE(std::ranges::any_of(found, [&](const Anomaly& a) {
      return a.kind == AnomalyKind::pid_excess && a.level >= Level::medium &&
             a.window_start <= kStart + std::chrono::minutes(at + 15) &&
             a.window_end >= kStart + std::chrono::minutes(at - 15);
    })) << at;
}

}  // namespace
}  // namespace pidometer
