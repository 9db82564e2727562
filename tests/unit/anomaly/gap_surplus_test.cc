#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"
#include "tests/unit/anomaly/edited_host.h"

// What a gap costs, and what was handed out beyond that. Schedules and costs are made up.
namespace pidometer {
namespace {

using namespace edited;

std::vector<std::uint32_t> hourly(std::int64_t minute) {
  return minute % kHour == 1 ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{};
}

std::vector<std::uint32_t> each_five(std::int64_t minute) {
  return minute % 5 == 0 ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{};
}

/// A STARTUP line just before the first reading from `minute` on.
void start_daemon(std::vector<Reading>& readings, std::int64_t minute) {
  const auto behind =
      std::ranges::find_if(readings, [&](const Reading& r) { return r.time >= at(minute); });
  Reading line;
  line.time = at(minute) - std::chrono::seconds(30);
  line.pid = behind->pid - 1;
  line.kind = ReadingKind::boot;
  readings.insert(behind, line);
}

// Whoever takes one line out beside his work must not turn an alarm into a gap.
TEST(GapSurplus, lines_removed_beside_the_work_do_not_lower_the_alarm) {
  for (const double noise : {0.0, 0.6, 15.0})
    for (const Pid work : {Pid{400}, Pid{8000}})
      for (const std::int64_t minutes : {8, 18, 50}) {
        SCOPED_TRACE("noise " + std::to_string(noise) + ", " + std::to_string(work) + " PIDs, " +
                     std::to_string(minutes) + " minutes");
        std::vector<Reading> readings = Host{plain, noise}.run(14 * kDay);
        raise_pids(readings, kFrom + 4, work);
        cut(readings, kFrom, kFrom + minutes);
        const std::vector<Anomaly> found = gaps_of(readings);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].level, Level::critical);
        EXPECT_NEAR(static_cast<double>(found[0].excess_pids), work,
                    10 + 5 * std::sqrt(noise * static_cast<double>(minutes)));
        EXPECT_GT(found[0].score, 0);
      }
}

TEST(GapSurplus, nor_in_a_log_of_few_days) {
  for (const auto& [name, due] :
       std::vector<std::pair<std::string, std::vector<std::uint32_t> (*)(std::int64_t)>>{
           {"plain", plain}, {"hourly", hourly}, {"each five", each_five}})
    for (const std::int64_t days : {2, 3, 4, 6})
      for (const std::int64_t minutes : {8, 130}) {
        SCOPED_TRACE(name + ", " + std::to_string(days) + " days, " + std::to_string(minutes));
        const std::int64_t from = (days / 2) * kDay + 10 * kHour + 58;
        std::vector<Reading> readings = Host{due, 0.3}.run(days * kDay);
        raise_pids(readings, from + 1, 2000);
        cut(readings, from, from + minutes);
        const std::vector<Anomaly> found = gaps_of(readings);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_GE(found[0].level, Level::high);
        EXPECT_NEAR(static_cast<double>(found[0].excess_pids), 2000, 60);
      }
}

TEST(GapSurplus, without_work_there_is_none) {
  for (const double noise : {0.0, 0.6, 15.0})
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
      for (const std::int64_t minutes : {8, 18, 50}) {
        SCOPED_TRACE("noise " + std::to_string(noise) + ", seed " + std::to_string(seed) + ", " +
                     std::to_string(minutes) + " minutes");
        std::vector<Reading> readings = Host{plain, noise, 0, seed}.run(14 * kDay);
        cut(readings, kFrom, kFrom + minutes);
        const std::vector<Anomaly> found = gaps_of(readings);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].excess_pids, 0);
        EXPECT_TRUE(found[0].cause == GapCause::records_removed || found[0].level == Level::low);
      }
}

// A late line makes the interval one that nothing can be compared with.
TEST(GapSurplus, a_late_line_hides_no_burst) {
  for (const std::int64_t late : {31, 60, 119})
    for (const Pid burst : {0U, 300U, 8000U}) {
      SCOPED_TRACE(std::to_string(late) + " s late, " + std::to_string(burst) + " PIDs");
      std::vector<Reading> readings = Host{hourly, 0.1}.run(14 * kDay);
      raise_pids(readings, 10 * kDay + 5 * kHour + 2, burst);
      std::ranges::find_if(readings, [](const Reading& r) {
        return r.time >= at(10 * kDay + 6 * kHour);
      })->time += std::chrono::seconds(late);
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), burst == 0 ? 0U : 1U);
      if (burst == 0) continue;
      EXPECT_EQ(found[0].missing_records, 0U);
      EXPECT_GE(found[0].level, Level::medium);
      EXPECT_NEAR(static_cast<double>(found[0].excess_pids), burst, 5);
    }
}

// What a minute more may have cost is a small part of what such an hour's count varies: that it is
// hardly known bounds the work by that part alone, and not by all that varies.
TEST(GapSurplus, what_is_little_known_of_a_minute_hides_no_burst_in_an_hour) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const Pid burst : {0U, 300U}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(burst) + " PIDs");
      std::vector<Reading> readings = Host{hourly, 3, 0, seed}.run(14 * kDay);
      raise_pids(readings, 10 * kDay + 5 * kHour + 2, burst);
      std::ranges::find_if(readings, [](const Reading& r) {
        return r.time >= at(10 * kDay + 6 * kHour);
      })->time += std::chrono::seconds(75);
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), burst == 0 ? 0U : 1U);
      if (burst == 0) continue;
      EXPECT_GE(found[0].level, Level::medium);
    }
}

// A job that is taken off the schedule leaves longer intervals than before, and what goes on in
// them is the background's.
TEST(GapSurplus, a_schedule_that_thins_out_is_no_burst) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Host host{[](std::int64_t minute) {
                std::vector<std::uint32_t> jobs;
                if (minute % (minute < 7 * kDay ? 10 : 240) == 0) jobs.push_back(1);
                return jobs;
              },
              3};
    host.seed = seed;
    for (const Anomaly& a : gaps_of(host.run(14 * kDay))) EXPECT_LT(a.level, Level::medium);
  }
}

// A stop of cron explains that its jobs cost nothing, and no PIDs.
TEST(GapSurplus, a_stop_of_cron_explains_no_work) {
  std::vector<Reading> readings = Host{plain, 0.6}.run(14 * kDay);
  cut(readings, kFrom, kTo);
  raise_pids(readings, kTo, 3000);
  start_daemon(readings, kTo);
  const std::vector<Anomaly> found = gaps_of(readings);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].level, Level::critical);
  EXPECT_TRUE(found[0].restarted);
  EXPECT_GT(found[0].excess_pids, 2500);
}

// The ticks like those that are missing lie an hour before: the one that the gap begins with is
// none.
TEST(GapCosts, of_an_hourly_host_are_those_of_its_hours) {
  for (const double noise : {0.3, 3.0}) {
    SCOPED_TRACE(noise);
    std::vector<Reading> readings = Host{hourly, noise}.run(21 * kDay);
    const std::int64_t to = kFrom + 6 * kHour;
    cut(readings, kFrom, to);
    const std::vector<Anomaly> found = gaps_of(readings);
    ASSERT_EQ(found.size(), 1U);
    const Anomaly& gap = found[0];
    EXPECT_EQ(gap.missing_records, 6U);
    const double truth = 7 * (3 + 60 * noise);
    EXPECT_NEAR(gap.expected_pids, truth, 4 * std::sqrt(truth));
    EXPECT_NEAR(static_cast<double>(gap.observed_pids), gap.expected_pids, 4 * gap.noise_pids);
    EXPECT_LT(gap.noise_pids, 4 * std::sqrt(truth));
    EXPECT_EQ(gap.level, Level::low);
  }
}

TEST(GapCosts, of_an_outage_that_was_quiet_are_no_alarm) {
  for (const std::int64_t hours : {2, 5, 9})
    for (const double noise : {0.3, 1.0}) {
      SCOPED_TRACE(std::to_string(hours) + " hours, noise " + std::to_string(noise));
      std::vector<Reading> readings = Host{hourly, noise}.run(21 * kDay);
      const std::int64_t to = kFrom + hours * kHour;
      cut(readings, kFrom, to);
      lower_pids(readings, to, static_cast<Pid>(3 * hours));
      start_daemon(readings, to);
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].cause, GapCause::cron_stopped);
      EXPECT_EQ(found[0].level, Level::low);
    }
}

// Where all intervals have one length nothing tells the jobs' PIDs from the background's: PIDs that
// go on while cron does not are no proof that its jobs ran.
TEST(GapCosts, jobs_of_one_length_do_not_hide_the_background) {
  for (const auto& [name, due, hours] : std::vector<
           std::tuple<std::string, std::vector<std::uint32_t> (*)(std::int64_t), std::int64_t>>{
           {"hourly", hourly, 9}, {"each five", each_five, 3}})
    for (const double noise : {0.3, 2.0}) {
      SCOPED_TRACE(name + ", noise " + std::to_string(noise));
      std::vector<Reading> readings = Host{due, noise}.run(14 * kDay);
      const std::int64_t to = kFrom + hours * kHour;
      const auto jobs = static_cast<Pid>(std::ranges::count_if(
          readings, [&](const Reading& r) { return r.time > at(kFrom) && r.time < at(to); }));
      cut(readings, kFrom, to);
      lower_pids(readings, to, 3 * jobs);
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_NE(found[0].cause, GapCause::records_removed);
      EXPECT_EQ(found[0].level, Level::low);
    }
}

// A host that is busy by day: the night's hours say nothing of a gap by day.
TEST(GapCosts, are_those_of_the_same_hours) {
  Host host{plain, 0.2};
  std::vector<Reading> readings = host.run(14 * kDay);
  // by day three PIDs a minute more
  Pid more = 0;
  std::int64_t before = 0;
  for (Reading& r : readings) {
    const std::int64_t minute = (r.time - kMonday) / std::chrono::minutes(1);
    for (; before < minute; ++before)
      if (before % kDay >= 8 * kHour && before % kDay < 18 * kHour) more += 3;
    r.pid += more;
  }
  for (const std::int64_t hours : {3, 7, 9}) {
    SCOPED_TRACE(hours);
    std::vector<Reading> edited = readings;
    const std::int64_t from = 5 * kDay + 8 * kHour + 2;
    cut(edited, from, from + hours * kHour);
    const std::vector<Anomaly> found = gaps_of(edited);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].excess_pids, 0);
    EXPECT_NEAR(found[0].expected_pids, static_cast<double>(found[0].observed_pids),
                0.05 * static_cast<double>(found[0].observed_pids));
  }
}

// An hour that is now busier and now less, throughout: the days vary more than their intervals do.
// The farthest of them are left out, which must not make the others look alike.
TEST(GapCosts, vary_as_much_as_the_same_hours_of_other_days) {
  constexpr double kSpread = 20;  // PIDs of ten minutes
  constexpr std::uint64_t kHosts = 60;
  double squares = 0;
  for (std::uint64_t seed = 1; seed <= kHosts; ++seed) {
    testing::Random random(seed);
    std::vector<Reading> readings = Host{each_five, 0.1, 0, seed}.run(12 * kDay);
    for (std::int64_t day = 0; day < 12; ++day) {
      double normal = -6;
      for (int k = 0; k < 12; ++k) normal += random.uniform();
      const auto more = static_cast<Pid>(std::max(0.0, 100 + kSpread * normal));
      for (std::int64_t k = 0; k < 6; ++k)
        raise_pids(readings, day * kDay + 4 * kHour + 10 * k + 1, more);
    }
    cut(readings, 6 * kDay + 4 * kHour + 1, 6 * kDay + 5 * kHour + 1);
    const std::vector<Anomaly> found = gaps_of(std::move(readings));
    ASSERT_EQ(found.size(), 1U) << seed;
    squares += found[0].noise_pids * found[0].noise_pids;
  }
  // what an hour varies, and the middle of eleven
  const double expected = 6 * kSpread * 6 * kSpread * (1 + 1.5 / 11);
  EXPECT_NEAR(squares / kHosts / expected, 1, 0.2);
}

// Work that comes at a random time of most days is the host's own, in a gap too; and whatever a
// host's own variation is, a gap without work is an alarm as seldom as its windows are.
TEST(GapSurplus, quiet_hosts_have_none) {
  testing::HostPlan web;
  web.start = kMonday;
  web.minutes = 28 * kDay;
  web.jobs = {{1, 10, 0, 1}, {2, 5, 0, 2, 1}, {3, 60, 1, 5, 2}, {4, 1440, 180, 100, 20}};
  web.background = 0.8;
  web.burst = 2;
  web.night = 0.5;
  testing::HostPlan timers = web;
  timers.background = 0.3;
  timers.night = 1;
  timers.timers = {{6, 30, 60}};
  std::size_t gaps = 0;
  std::size_t alarms = 0;
  testing::Random random(5);
  for (testing::HostPlan plan : {web, timers})
    for (plan.seed = 1; plan.seed <= 12; ++plan.seed) {
      std::vector<Reading> readings = simulate_host(plan);
      // eight gaps in four weeks, of a few minutes to nine hours
      for (std::int64_t k = 0; k < 8; ++k) {
        const auto from = (3 * k + 3) * kDay + static_cast<std::int64_t>(random.uniform() * kDay);
        cut(readings, from, from + static_cast<std::int64_t>(7 * std::pow(77, random.uniform())));
      }
      for (const Anomaly& a : gaps_of(readings)) {
        ++gaps;
        const double score = a.excess_pids > 0 ? a.score : 0;
        alarms += score > 4 ? 1 : 0;
        EXPECT_LT(a.level, Level::critical) << plan.seed << ": " << a.observed_pids << " for "
                                            << a.expected_pids << " +- " << a.noise_pids;
      }
    }
  EXPECT_GT(gaps, 150U);
  EXPECT_LE(alarms, 1U);
}

// Outages a week apart hide ticks of one another from the schedule; their cost is known all the
// same.
TEST(GapCosts, do_not_hang_on_ticks_that_the_schedule_does_not_tell) {
  const auto each_minute = [](std::int64_t) { return std::vector<std::uint32_t>{1}; };
  std::vector<Reading> readings = Host{each_minute, 0.2}.run(60 * kDay);
  for (std::int64_t k = 1; k < 8; ++k) {
    const std::int64_t from = k * (7 * kDay + 3 * kHour);
    cut(readings, from, from + 42 * kHour);
  }
  const std::vector<Anomaly> found = gaps_of(readings);
  EXPECT_EQ(found.size(), 7U);
  for (const Anomaly& a : found) EXPECT_EQ(a.excess_pids, 0) << a.expected_pids;
}

// The gap's own row has what is missing in it; the same PIDs do not count for each of the lines.
TEST(SilentJob, within_one_gap_is_the_gaps) {
  const std::int64_t from = 5 * kDay + 2 * kHour - 1;
  for (const bool stopped : {false, true}) {
    std::vector<Reading> readings = Host{plain, 0.6}.run(14 * kDay);
    raise_pids(readings, from + 12, 500);
    cut(readings, from, from + kHour + 3);
    if (stopped) start_daemon(readings, from + kHour + 3);
    const std::vector<Anomaly> found = gaps_of(readings);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].one_job);
    EXPECT_NEAR(static_cast<double>(found[0].excess_pids), stopped ? 500 - kDaemonStartPids : 500,
                40);
  }
}

// Of one job's lines no PID counts twice.
TEST(SilentJob, no_pid_counts_twice) {
  std::vector<Reading> readings = Host{server, 1}.run(12 * kDay);
  const std::int64_t from = 5 * kDay - 1;
  const std::int64_t to = 6 * kDay - 1;
  const Pid spent = pid_at(readings, to + 15) - pid_at(readings, from - 15);
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == 1 && r.time > at(from) && r.time < at(to);
  });
  std::vector<Anomaly> found = gaps_of(readings);
  std::erase_if(found, [](const Anomaly& a) { return !a.one_job; });
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LE(found[0].observed_pids, spent);
}

}  // namespace
}  // namespace pidometer
