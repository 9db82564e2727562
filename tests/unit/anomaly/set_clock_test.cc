#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// What was handed out while a clock was set, around edited times, and where the counter may have
// wrapped or restarted. Schedules and costs are made up.
namespace pidometer {
namespace {

using namespace edited;

/// The clock runs `hours` ahead from minute `from` up to minute `to`.
void set_clock(std::vector<Reading>& readings, std::int64_t from, std::int64_t to, int hours) {
  for (Reading& r : readings)
    if (const Timestamp time = r.time; time >= at(from) && time < at(to))
      r.time += std::chrono::hours(hours);
}

std::vector<Anomaly> untimed(std::vector<Anomaly> found) {
  std::erase_if(found, [](const Anomaly& a) { return a.assumed_seconds <= 0; });
  return found;
}

constexpr std::int64_t kBack = kFrom + 5 * kHour;

// Whoever sets the clock forward, works and sets it back again hides nothing.
TEST(SetClock, work_around_it_is_an_excess) {
  for (const double noise : {0.3, 3.0})
    for (const int hours : {1, 2, 24})
      for (const std::int64_t work : {kFrom + 1, kBack - 1, kBack + 1}) {
        SCOPED_TRACE("noise " + std::to_string(noise) + ", " + std::to_string(hours) +
                     " hours, work at " + std::to_string(work - kFrom));
        std::vector<Reading> readings = Host{server, noise}.run(10 * kDay);
        raise_pids(readings, work, 500);
        set_clock(readings, kFrom, kBack, hours);
        std::vector<Anomaly> found = find(readings);
        std::erase_if(found, [](const Anomaly& a) { return a.level < Level::medium; });
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
        // set forward by an hour or two it looks like lines that were removed, or an outage
        if (found[0].missing_records > 0) continue;
        EXPECT_NEAR(static_cast<double>(found[0].excess_pids), 500, 30);
        EXPECT_NEAR(found[0].assumed_seconds, 300, 60);
        EXPECT_FALSE(found[0].time_edited);
        EXPECT_LE(found[0].window_start, found[0].window_end);
      }
}

TEST(SetClock, nothing_is_an_excess_on_a_quiet_host) {
  for (const double noise : {0.0, 0.3, 3.0, 20.0})
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
      for (const int hours : {-1, 1, 24}) {
        std::vector<Reading> readings = Host{server, noise, 0, seed}.run(10 * kDay);
        set_clock(readings, kFrom, kBack, hours);
        for (const Anomaly& a : untimed(find(readings)))
          ADD_FAILURE() << a.excess_pids << " PIDs, noise " << noise << ", seed " << seed;
      }
}

// A boot that left no line may bring the counter as far; where boots leave lines it does not.
TEST(SetClock, back_alone_may_be_a_boot) {
  std::vector<Reading> readings = Host{server, 0.3}.run(3 * kDay);
  const std::int64_t from = 2 * kDay + 2;
  raise_pids(readings, from, 700);
  for (Reading& r : readings)
    if (r.time >= at(from)) r.time -= std::chrono::hours(3);
  const std::vector<Anomaly> found = untimed(find(readings));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].may_be_boot);
  EXPECT_EQ(found[0].level, Level::low);
}

// Where parts of a log are joined in the wrong order its times and PIDs fall at the joints, and the
// fall looks like a clock that was set back while the counter went round.
TEST(SetClock, a_joint_of_parts_in_the_wrong_order_is_no_alarm) {
  std::size_t held = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (const std::int64_t first : {3, 4, 6}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(first) + " days first");
      std::vector<Reading> readings = Host{server, 3, 0, seed}.run(14 * kDay);
      for (Reading& r : readings) r.pid = 300 + r.pid % 32468;
      const auto from = [&](std::int64_t day) {
        return std::ranges::find_if(readings,
                                    [&](const Reading& r) { return r.time >= at(day * kDay + 7); });
      };
      std::rotate(from(first), from(10), readings.end());
      for (const Anomaly& a : untimed(find(readings))) {
        EXPECT_LT(a.level, Level::medium) << a.excess_pids;
        held += a.level_bound == LevelBound::out_of_order ? 1 : 0;
      }
    }
  EXPECT_GT(held, 3U);
}

// So does a block of lines that stands in it twice.
TEST(SetClock, a_block_of_lines_that_is_repeated_is_no_alarm) {
  std::size_t held = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<Reading> readings = Host{server, 3, 0, seed}.run(14 * kDay);
    for (Reading& r : readings) r.pid = 300 + r.pid % 32468;
    const auto block = readings.begin() + static_cast<std::ptrdiff_t>(500 + 400 * seed);
    const std::vector<Reading> lines(block, block + 80);
    readings.insert(readings.end() - 200, lines.begin(), lines.end());
    for (const Anomaly& a : untimed(find(readings))) {
      EXPECT_LT(a.level, Level::medium) << a.excess_pids;
      held += a.level_bound == LevelBound::out_of_order ? 1 : 0;
    }
  }
  EXPECT_GT(held, 0U);
}

// How far a boot takes the counter this host's own STARTUP lines show, also to whom judges gaps.
TEST(SetClock, back_alone_may_be_a_boot_such_as_this_host_has) {
  constexpr Pid kBooted = 8000;
  std::vector<Reading> readings = Host{server, 0.3}.run(3 * kDay);
  const Pid first = pid_at(readings, kDay);
  for (Reading& r : readings) r.pid = r.time < at(kDay) ? r.pid + 9000 : r.pid - first + 8010;
  Reading startup;
  startup.kind = ReadingKind::boot;
  startup.time = at(kDay) - std::chrono::seconds(20);
  startup.pid = kBooted;
  readings.insert(std::ranges::find_if(readings, [&](auto& r) { return r.time > startup.time; }),
                  startup);
  const std::int64_t from = 2 * kDay + 2;
  raise_pids(readings, from, 700);
  for (Reading& r : readings)
    if (r.time >= at(from)) r.time -= std::chrono::hours(3);
  EXPECT_EQ(build_pid_clock(readings, {}).range.boot_pids, 2 * kBooted + 400);
  const std::vector<Anomaly> found = untimed(find(readings));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].may_be_boot);
  EXPECT_EQ(found[0].level, Level::low);
}

TEST(EditedTime, work_beside_it_is_an_excess) {
  for (const double noise : {0.0, 0.3, 3.0})
    for (const std::int64_t by : {-7 * kHour, 7 * kHour})
      for (const Pid work : {0U, 500U})
        for (const std::size_t before : {0U, 1U}) {
          SCOPED_TRACE("noise " + std::to_string(noise) + ", by " + std::to_string(by) + ", work " +
                       std::to_string(work) + (before > 0 ? " before it" : " behind it"));
          std::vector<Reading> readings = Host{server, noise}.run(8 * kDay);
          const auto victim = static_cast<std::size_t>(
              std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kFrom); }) -
              readings.begin());
          for (std::size_t i = victim + 1 - before; i < readings.size(); ++i)
            readings[i].pid += work;
          readings[victim].time += std::chrono::minutes(by);
          const std::vector<Anomaly> found = find(readings);
          EXPECT_EQ(std::ranges::count(found, AnomalyKind::record_out_of_sequence, &Anomaly::kind),
                    1);
          const std::vector<Anomaly> judged = untimed(found);
          ASSERT_EQ(judged.size(), work > 0 ? 1U : 0U);
          if (work == 0) continue;
          EXPECT_TRUE(judged[0].time_edited);
          EXPECT_GE(judged[0].level, Level::medium);
          EXPECT_NEAR(static_cast<double>(judged[0].excess_pids), 500, 30);
        }
}

// The counter restarts where a wrap would have brought it: the PIDs do not say which.
TEST(RecordGap, a_fall_that_may_be_a_wrap_or_a_boot) {
  for (const Pid after : {Pid{400}, Pid{500}, Pid{900}}) {
    SCOPED_TRACE(after);
    std::vector<Reading> readings = Host{server, 0.5}.run(10 * kDay);
    const std::int64_t to = kFrom + 8 * kHour;
    const Pid last = pid_at(readings, kFrom) - 1;
    const Pid first = pid_at(readings, to);
    for (Reading& r : readings)
      r.pid = r.time < at(to) ? r.pid + 32300 - last : r.pid - first + after;
    cut(readings, kFrom, to);
    std::vector<Anomaly> found = find(readings);
    std::erase_if(found, [](const Anomaly& a) { return a.kind != AnomalyKind::record_gap; });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].cause, GapCause::unknown);
    EXPECT_TRUE(found[0].may_be_boot);
    EXPECT_EQ(found[0].wraps_assumed, 1U);
    EXPECT_EQ(found[0].level, Level::low);
  }
}

// A log whose times go up and down with each line: the first steps have rows, and what is looked up
// for each of them is looked up once.
TEST(ClockStep, of_a_log_that_is_no_clocks) {
  const auto zigzag = [](std::uint32_t lines) {
    std::vector<Reading> readings(lines);
    for (std::uint32_t k = 0; k < lines; ++k) {
      readings[k].time = at(k) + std::chrono::hours(k % 2);
      readings[k].pid = 400 + 3 * k % 30000;
      readings[k].label = 1 + k % 3;
      readings[k].record = k;
    }
    return build_pid_clock(std::move(readings), {});
  };
  const auto cost = [](const PidClock& clock) {
    const std::clock_t start = std::clock();
    find_edited_times(clock);
    return static_cast<double>(std::clock() - start);
  };
  const PidClock few = zigzag(20'000);
  const PidClock many = zigzag(160'000);
  double least = cost(few);
  double most = cost(many);
  for (int again = 0; again < 2; ++again) {
    least = std::min(least, cost(few));
    most = std::min(most, cost(many));
  }
  // eight times the lines; each step once looked through all of them, which is 64 times the work
  EXPECT_LT(most, 24 * std::max(least, 200.0));
}

TEST(ClockStep, so_many_of_a_log_have_rows) {
  for (const std::chrono::hours by : {std::chrono::hours(1), std::chrono::hours(7 * 24)}) {
    std::vector<Reading> readings(10'000);
    for (std::uint32_t k = 0; k < readings.size(); ++k) {
      readings[k].time = at(k) + k % 2 * by;
      readings[k].pid = 400 + 3 * k;
      readings[k].label = 1 + k % 3;
    }
    const std::vector<Anomaly> found = find(readings);
    EXPECT_GE(found.size(), kListedSteps);
    EXPECT_LT(found.size(), kListedSteps + 50);
  }
}

// Two PIDs a line do not tell a job's absence on a busy host; what the job costs may.
TEST(SilentJob, what_it_costs_tells_that_it_ran) {
  static constexpr std::uint32_t kHourly = 2;
  const auto due = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    if (minute % 5 == 0) jobs.push_back(1);
    if (minute % kHour == 0) jobs.push_back(kHourly);
    return jobs;
  };
  const auto silent = [](const Reading& r) {
    return r.label == kHourly && r.time > at(8 * kDay - 2) && r.time < at(10 * kDay - 2);
  };
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const bool ran : {true, false}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (ran ? ", it ran" : ", it did not run"));
      std::vector<Reading> readings = Host{due, 2, 0, seed}.run(14 * kDay);
      std::int64_t more = 0;  // twelve PIDs more behind each run, none where it did not run
      for (Reading& r : readings) {
        r.pid = static_cast<Pid>(r.pid + more);
        if (r.label == kHourly) more += ran || !silent(r) ? 12 : -3;
      }
      std::erase_if(readings, silent);
      std::vector<Anomaly> found = find(readings);
      std::erase_if(found, [](const Anomaly& a) { return !a.one_job; });
      EXPECT_LE(found.size(), ran ? 1U : 0U);
      told += found.size();
      for (const Anomaly& a : found) {
        EXPECT_EQ(a.missing_records, 48U);
        EXPECT_GE(a.level, Level::low);
      }
    }
  EXPECT_EQ(told, 5U);
}

}  // namespace
}  // namespace pidometer
