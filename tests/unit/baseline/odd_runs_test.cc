#include "plugin/baseline/odd_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

constexpr int kHour = 60;
constexpr int kDay = 24 * kHour;
constexpr std::uint32_t kHourly = 1;
constexpr std::uint32_t kDaily = 2;
constexpr int kAt = 4 * kHour + 2;

/// Each hour a job, and what runs at other minutes.
PidClock clock_of(int days, const std::multimap<int, std::uint32_t>& more) {
  std::multimap<int, std::uint32_t> all = more;
  for (int hour = 0; hour < days * 24; ++hour) all.emplace(hour * kHour, kHourly);
  testing::MadeLog log;
  for (auto run = all.begin(); run != all.end();) {
    const int minute = run->first;
    std::vector<std::uint32_t> labels;
    for (; run != all.end() && run->first == minute; ++run) labels.push_back(run->second);
    log.tick(minute, labels, 5);
  }
  return log.clock();
}

/// A daily job at its minute, but on these days.
std::multimap<int, std::uint32_t> daily(int days, const std::vector<int>& not_on = {}) {
  std::multimap<int, std::uint32_t> runs;
  for (int day = 0; day < days; ++day)
    if (std::ranges::find(not_on, day) == not_on.end()) runs.emplace(day * kDay + kAt, kDaily);
  return runs;
}

/// Minutes of the log of the job's odd runs.
std::vector<int> odd_minutes(const PidClock& clock, std::uint32_t label = kDaily) {
  const OddRuns odd(clock, group_intervals(clock));
  std::vector<int> minutes;
  for (const OddRuns::Run& run : odd.runs()) {
    EXPECT_TRUE(odd.any(run.tick));
    EXPECT_TRUE(odd.odd(run.tick, run.label));
    EXPECT_FALSE(odd.odd(run.tick, run.label + 1));
    if (run.label != label) continue;
    minutes.push_back(static_cast<int>(
        std::chrono::floor<std::chrono::minutes>(clock.ticks[run.tick].time - clock.ticks[0].time)
            .count()));
  }
  return minutes;
}

TEST(OddRuns, are_at_a_minute_of_no_other_day) {
  auto runs = daily(20);
  const int odd = 11 * kDay + 13 * kHour + 19;
  runs.emplace(odd, kDaily);
  EXPECT_EQ(odd_minutes(clock_of(20, runs)), std::vector<int>{odd});
}

// Whoever comes twice at one minute does not make it the job's; a schedule that was changed does.
TEST(OddRuns, are_those_that_one_other_day_has_but_not_those_of_three) {
  const int odd = 13 * kHour + 19;
  auto runs = daily(20);
  for (const int day : {5, 11}) runs.emplace(day * kDay + odd, kDaily);
  EXPECT_EQ(odd_minutes(clock_of(20, runs)), (std::vector<int>{5 * kDay + odd, 11 * kDay + odd}));
  runs = daily(20, {17, 18, 19});
  for (const int day : {17, 18, 19}) runs.emplace(day * kDay + odd, kDaily);
  EXPECT_EQ(odd_minutes(clock_of(20, runs)), std::vector<int>{});
}

/// The tick of the daily job that is so many minutes into the log.
Tick& tick_at(PidClock& clock, int minute) {
  return *std::ranges::find(clock.ticks, clock.ticks[0].time + std::chrono::minutes(minute),
                            &Tick::time);
}

// A clock that was set back has a date twice: two works on it are one day's.
TEST(OddRuns, are_of_dates_wherever_these_stand) {
  const int odd = 13 * kHour + 19;
  auto runs = daily(20);
  for (const int day : {5, 11, 12}) runs.emplace(day * kDay + odd, kDaily);
  PidClock clock = clock_of(20, runs);
  EXPECT_EQ(odd_minutes(clock), std::vector<int>{});
  tick_at(clock, 12 * kDay + odd).time -= std::chrono::days(7);
  EXPECT_EQ(odd_minutes(clock),
            (std::vector<int>{5 * kDay + odd, 11 * kDay + odd, 5 * kDay + odd}));
}

// What began a minute before midnight is of that day, though its line was written behind it.
TEST(OddRuns, are_of_the_day_in_which_they_began) {
  auto runs = daily(20);
  for (const int day : {5, 6, 12}) runs.emplace(day * kDay + kDay - 1, kDaily);
  PidClock clock = clock_of(20, runs);
  tick_at(clock, 6 * kDay - 1).time += std::chrono::seconds(61);
  EXPECT_EQ(odd_minutes(clock), std::vector<int>{});
}

TEST(OddRuns, are_none_a_minute_late) {
  auto runs = daily(20, {11});
  runs.emplace(11 * kDay + kAt + 1, kDaily);
  EXPECT_EQ(odd_minutes(clock_of(20, runs)), std::vector<int>{});
}

// Three runs at a minute make it the job's, against one that is not.
TEST(OddRuns, are_known_of_a_job_of_few_runs) {
  const int odd = 13 * kHour + 19;
  for (const int others : {2, 3, 5, 6})
    for (const int odds : {1, 2}) {
      std::multimap<int, std::uint32_t> runs;
      for (int run = 0; run < others; ++run) runs.emplace(3 * run * kDay + kAt, kDaily);
      std::vector<int> all;
      for (int run = 0; run < odds; ++run)
        all.push_back(runs.emplace((5 + 3 * run) * kDay + odd + run, kDaily)->first);
      EXPECT_EQ(odd_minutes(clock_of(20, runs)), others >= 3 * odds ? all : std::vector<int>{})
          << others << " and " << odds;
    }
}

TEST(OddRuns, are_none_of_a_job_that_keeps_to_no_minutes) {
  auto runs = daily(20, {2, 5, 8, 11});
  for (const int day : {2, 5, 8, 11}) runs.emplace(day * kDay + kAt + 7 * day, kDaily);
  EXPECT_EQ(odd_minutes(clock_of(20, runs)), std::vector<int>{});
}

TEST(OddRuns, are_none_in_a_log_of_less_than_a_week) {
  std::multimap<int, std::uint32_t> runs;
  for (const int days : {6, 7}) {
    runs.clear();
    for (int run = 0; run < 6 * 4; ++run) runs.emplace(run * 6 * kHour + 7, kDaily);
    const int odd = 3 * kDay + 10 * kHour + 31;
    runs.emplace(odd, kDaily);
    EXPECT_EQ(odd_minutes(clock_of(days, runs)),
              days == 7 ? std::vector<int>{odd} : std::vector<int>{});
  }
}

}  // namespace
}  // namespace pidometer
