#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"

// Hosts that hand PIDs out at random are told; busy ones, and those that are booted often, are not
// taken for such.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::Random;
using testing::simulate_host;

constexpr std::uint32_t kDay = 24 * 60;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::May / 2 / 2021};

HostPlan schedule(std::uint32_t minutes, std::vector<testing::SimulatedJob> jobs) {
  HostPlan plan;
  plan.start = kStart;
  plan.minutes = minutes;
  plan.jobs = std::move(jobs);
  return plan;
}

std::vector<Anomaly> find(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  return detect_anomalies(clock, learn_baseline(clock));
}

std::size_t rows_of(const std::vector<Anomaly>& found, AnomalyKind kind) {
  return static_cast<std::size_t>(
      std::ranges::count_if(found, [&](const Anomaly& a) { return a.kind == kind; }));
}

struct RandomHost {
  std::string name;
  HostPlan plan;
  Pid lowest;
  Pid pid_max;
};

TEST(NotAClock, too_few_random_pids_to_be_told_accuse_nobody) {
  for (const std::size_t lines : {6U, 10U, 20U, 30U, 38U, 50U})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE(std::to_string(lines) + " lines, seed " + std::to_string(seed));
      std::vector<Reading> readings = simulate_host(schedule(4 * kDay, {{1, 60, 0, 1}}));
      readings.resize(lines);
      Random random(seed);
      for (Reading& r : readings) r.pid = 2 + static_cast<Pid>(random.uniform() * 99998);
      for (const Anomaly& a : find(readings))
        if (a.kind != AnomalyKind::not_a_clock) {
          EXPECT_LE(a.level, Level::low);
        }
    }
}

TEST(NotAClock, hosts_with_random_pids_get_this_one_row) {
  const std::vector<RandomHost> hosts = {
      {"OpenBSD, two days of an hourly job", schedule(2 * kDay, {{1, 60, 0, 1}}), 2, 100000},
      {"OpenBSD, a month", schedule(30 * kDay, {{1, 60, 0, 1}, {2, 60, 11, 1}, {3, 1440, 90, 9}}),
       2, 100000},
      {"older OpenBSD, several jobs a tick",
       schedule(7 * kDay, {{1, 10, 0, 1}, {2, 10, 0, 1}, {3, 30, 0, 5}}), 2, 32767},
      {"grsecurity, every minute", schedule(10 * kDay, {{1, 1, 0, 1}, {2, 5, 0, 3}}), 300, 32768},
      {"grsecurity, 64 bit", schedule(3 * kDay, {{1, 10, 0, 1}}), 300, 4194304},
  };
  for (const RandomHost& host : hosts) {
    SCOPED_TRACE(host.name);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE(seed);
      std::vector<Reading> readings = simulate_host(host.plan);
      Random random(seed);
      for (Reading& r : readings)
        r.pid = host.lowest + static_cast<Pid>(random.uniform() * (host.pid_max - host.lowest));
      const std::vector<Anomaly> found = find(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind, AnomalyKind::not_a_clock);
      EXPECT_EQ(found[0].window_start, readings.front().time);
      EXPECT_EQ(found[0].window_end, readings.back().time);
      EXPECT_GE(found[0].steps, 40U);
      EXPECT_NEAR(found[0].downward_steps, found[0].steps / 2.0, 0.2 * found[0].steps);
      EXPECT_LT(found[0].unevenness, 0.31);
    }
  }
}

TEST(NotAClock, a_startup_line_on_such_a_host_is_no_boot) {
  std::vector<Reading> readings = simulate_host(schedule(7 * kDay, {{1, 30, 0, 1}}));
  Random random(5);
  for (Reading& r : readings) r.pid = 2 + static_cast<Pid>(random.uniform() * 99998);
  readings[100].kind = ReadingKind::boot;
  const std::vector<Anomaly> found = find(readings);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::not_a_clock);
}

TEST(NotAClock, busy_hosts_that_wrap_often_are_clocks) {
  // PIDs a minute: from a wrap in half an hour to several wraps between two ticks
  for (const double background : {1000.0, 4000.0, 12000.0, 16000.0, 30000.0, 75000.0}) {
    SCOPED_TRACE(background);
    for (const double burst : {1.0, 40.0, 2000.0}) {
      SCOPED_TRACE(burst);
      HostPlan plan = schedule(2 * kDay, {{1, 1, 0, 1}, {2, 5, 0, 2}, {3, 60, 3, 8}});
      plan.background = background;
      plan.burst = burst;
      plan.night = 0.6;
      const std::vector<Anomaly> found = find(simulate_host(plan));
      EXPECT_EQ(rows_of(found, AnomalyKind::not_a_clock), 0U);
      if (background >= 75000 && burst >= 2000) {
        EXPECT_TRUE(found.empty()) << "the round of the counter cannot be told";
      }
    }
  }
}

TEST(NotAClock, lines_with_old_pids_do_not_count) {
  // each job's end is logged with the PID that it had since its start
  HostPlan plan = schedule(7 * kDay, {{1, 5, 0, 1}, {2, 10, 0, 2}});
  plan.background = 3;
  std::vector<Reading> readings;
  for (const Reading& r : simulate_host(plan)) {
    readings.push_back(r);
    Reading end = r;
    end.kind = ReadingKind::check;
    end.time += std::chrono::seconds(200);
    end.pid -= end.pid > 900 ? 400 : 0;
    readings.push_back(end);
  }
  EXPECT_EQ(rows_of(find(readings), AnomalyKind::not_a_clock), 0U);
}

struct BootedHost {
  std::string name;
  std::uint32_t minutes;  // up
  double background;
  bool startup_lines;
};

TEST(NotAClock, hosts_that_are_booted_often_are_clocks) {
  for (const BootedHost& host :
       std::vector<BootedHost>{{"a day each", 8 * 60, 3, true},
                               {"two jobs each", 20, 20, false},
                               {"two jobs each, busy", 20, 1200, false},
                               {"two jobs each, with lines", 20, 900, true},
                               {"three jobs each", 30, 400, false}}) {
    SCOPED_TRACE(host.name);
    std::vector<Reading> readings;
    for (int boot = 0; boot < 80; ++boot) {
      HostPlan plan = schedule(host.minutes, {{1, 10, 0, 1}, {2, 60, 20, 4}});
      plan.start += boot * std::chrono::hours(11) + std::chrono::minutes(boot % 10);
      plan.seed = static_cast<std::uint64_t>(boot) + 1;
      plan.background = host.background;
      plan.burst = host.background / 4;
      plan.first_pid = 700;
      if (host.startup_lines) {
        Reading startup;
        startup.time = plan.start;
        startup.pid = 650;
        startup.kind = ReadingKind::boot;
        readings.push_back(startup);
      }
      const std::vector<Reading> part = simulate_host(plan);
      readings.insert(readings.end(), part.begin(), part.end());
    }
    EXPECT_EQ(rows_of(find(readings), AnomalyKind::not_a_clock), 0U);
  }
}

}  // namespace
}  // namespace pidometer
