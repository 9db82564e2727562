#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/silent_jobs.h"
#include "tests/unit/anomaly/edited_host.h"

// Jobs that are silent for many days, all of which are compared with the same seven days before.
namespace pidometer {
namespace {

using namespace edited;

constexpr std::int64_t kFirst = 12;  // day of the silence
constexpr std::int64_t kLast = 30;

bool silent(std::int64_t minute) {
  return minute >= kFirst * kDay && minute < kLast * kDay;
}

/// A tick every five minutes, and twice a day a job at a minute of its own.
std::vector<std::uint32_t> twice_a_day(std::int64_t minute) {
  std::vector<std::uint32_t> jobs;
  if (minute % 5 == 0) jobs.push_back(1);
  if (minute % (kDay / 2) == 4 * kHour + 17) jobs.push_back(2);
  return jobs;
}

std::size_t removals(std::vector<Reading> readings) {
  std::size_t found = 0;
  for (const Anomaly& a : find(std::move(readings)))
    found += a.one_job && a.cause == GapCause::records_removed && a.level >= Level::medium ? 1 : 0;
  return found;
}

// What seven days vary is in the difference to each of eighteen: these are no 36 looks.
TEST(SilentJob, the_days_before_vary_too) {
  const auto paused = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs = twice_a_day(minute);
    if (silent(minute)) std::erase(jobs, 2U);
    return jobs;
  };
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    found += removals(Host{paused, 0.6, 0, seed}.run(40 * kDay));
  EXPECT_EQ(found, 0U);
}

TEST(SilentJob, where_they_vary_little_two_lines_a_day_are_missed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::vector<Reading> readings = Host{twice_a_day, 0.05, 0, seed}.run(40 * kDay);
    std::erase_if(readings, [](const Reading& r) {
      return r.label == 2 && r.time > at(kFirst * kDay) && r.time < at(kLast * kDay);
    });
    EXPECT_EQ(removals(std::move(readings)), 1U) << seed;
  }
}

/// Levels of what is said of a job of each half hour whose lines are taken out for so many hours;
/// in `odd` of the stretches around them a PID more was handed out than on other days, in as many a
/// PID less.
std::vector<Level> levels(std::int64_t hours, std::int64_t odd) {
  constexpr std::int64_t kFrom = 9 * kDay + 4 * kHour + 36;
  std::vector<Reading> readings = Host{plain}.run(20 * kDay);
  for (std::int64_t k = 0; k < odd; ++k) {
    raise_pids(readings, kFrom + k * kHour + 31, 1);
    lower_pids(readings, kFrom + k * kHour + 61, 1);
  }
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == 3 && r.time > at(kFrom) && r.time < at(kFrom + hours * kHour);
  });
  std::vector<Level> found;
  for (const Anomaly& a : find(std::move(readings)))
    if (a.one_job) found.push_back(a.level);
  return found;
}

// Two PIDs are more than four of the standard errors that ten stretches have, but so few know these
// badly.
TEST(SilentJob, few_lines_know_their_spread_badly) {
  EXPECT_EQ(levels(5, 3), std::vector{Level::low});
  EXPECT_EQ(levels(15, 9), std::vector{Level::medium});
}

// Where nothing ever varied the bound on what was not seen is no estimate.
TEST(SilentJob, few_lines_of_a_constant_host_are_missed) {
  EXPECT_EQ(levels(3, 0), std::vector{Level::medium});
}

void remove_lines(std::vector<Reading>& readings, std::uint32_t label, std::int64_t from,
                  std::int64_t to) {
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == label && r.time > at(from) && r.time < at(to);
  });
}

bool searched_to_the_end(std::vector<Reading> readings) {
  return find_silent_jobs(build_pid_clock(std::move(readings), {})).whole;
}

// Behind its last run every job is silent for thirty years, in which no day has a tick.
TEST(SilentJob, a_line_that_is_dated_years_ahead_ends_no_search) {
  std::vector<Reading> readings = Host{plain}.run(20 * kDay);
  remove_lines(readings, 3, 9 * kDay, 12 * kDay);
  readings.back().time += std::chrono::years(30);
  EXPECT_TRUE(searched_to_the_end(readings));
  EXPECT_EQ(removals(std::move(readings)), 1U);
}

// Two jobs of each minute were taken off the crontab three years before.
TEST(SilentJob, jobs_that_ended_long_ago_end_no_search) {
  constexpr std::int64_t kYears = 3 * 365;
  const auto due = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    if (minute < 4 * kDay) jobs = {1, 2};
    if (minute % 30 == 5) jobs.push_back(3);
    if (minute % 30 == 20) jobs.push_back(4);
    return jobs;
  };
  std::vector<Reading> readings = Host{due}.run(kYears * kDay);
  remove_lines(readings, 4, (kYears - 20) * kDay, (kYears - 15) * kDay);
  EXPECT_TRUE(searched_to_the_end(readings));
  EXPECT_EQ(removals(std::move(readings)), 1U);
}

// Where the whole log is silent for three days these are no lines of one job.
TEST(SilentJob, counts_the_lines_of_days_that_have_ticks) {
  std::vector<Reading> readings = Host{plain}.run(30 * kDay);
  remove_lines(readings, 3, 9 * kDay, 19 * kDay);
  cut(readings, 12 * kDay - kHour, 15 * kDay + kHour);
  const SilentJobs found = find_silent_jobs(build_pid_clock(std::move(readings), {}));
  ASSERT_EQ(found.jobs.size(), 1U);
  EXPECT_EQ(found.jobs[0].label, 3U);
  EXPECT_EQ(found.jobs[0].missing, 7U * 48);
}

// A job of each minute, and for a hundred years behind it a tick a day: too many minutes to look
// at.
TEST(SilentJob, a_search_that_was_given_up_is_told) {
  const auto due = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    if (minute < 4 * kDay) jobs.push_back(1);
    if (minute % kDay == 5) jobs.push_back(2);
    return jobs;
  };
  std::vector<Reading> readings = Host{due}.run(10 * kDay);
  EXPECT_TRUE(searched_to_the_end(readings));
  while (readings.back().time < at(100 * 365 * kDay)) {
    Reading next = readings.back();
    next.time += std::chrono::days(1);
    next.pid += 3;
    readings.push_back(next);
  }
  EXPECT_FALSE(searched_to_the_end(std::move(readings)));
}

}  // namespace
}  // namespace pidometer
