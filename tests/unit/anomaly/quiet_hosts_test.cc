#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/window_scan.h"
#include "tests/support/host_simulator.h"

// Made-up hosts of several kinds, without and with an intruder. Costs and periods are not those of
// the reference case: nothing may be fitted to one log.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::simulate_host;
using testing::SimulatedActivity;

constexpr std::uint32_t kWeek = 7 * 24 * 60;
constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::May / 2 / 2021};

HostPlan old_server(std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.jobs = {{1, 15, 0, 1}, {2, 60, 7, 9}, {3, 1440, 190, 60, 3}, {4, 720, 33, 12}};
  plan.unlogged = {{0, 60, 45, 2}};
  return plan;
}

HostPlan web_server(std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.utc_offset_minutes = 120;
  plan.jobs = {{1, 10, 0, 1}, {2, 5, 0, 2, 1}, {3, 60, 1, 5, 2}, {4, 1440, 180, 100, 20}};
  plan.background = 0.8;
  plan.burst = 2;
  plan.night = 0.5;
  return plan;
}

HostPlan build_host(std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.jobs = {{1, 1, 0, 1}, {2, 10, 0, 2}, {3, 60, 1, 6}};
  plan.background = 40;
  plan.burst = 5;
  plan.night = 0.2;
  return plan;
}

HostPlan hourly_machine(std::uint64_t seed) {
  HostPlan plan;
  plan.start = kStart;
  plan.seed = seed;
  plan.pid_max = 4194304;
  plan.jobs = {{1, 60, 1, 3}};
  plan.background = 0.4;
  return plan;
}

struct HostKind {
  std::string name;
  HostPlan (*plan)(std::uint64_t seed);
};

const std::vector<HostKind> kHosts = {{"old server", old_server},
                                      {"web server", web_server},
                                      {"build host", build_host},
                                      {"hourly machine", hourly_machine}};

std::vector<Anomaly> find(const std::vector<Reading>& readings) {
  const PidClock clock = build_pid_clock(readings, {});
  return detect_anomalies(clock, learn_baseline(clock));
}

std::size_t alarms(const std::vector<Anomaly>& found) {
  return static_cast<std::size_t>(
      std::ranges::count_if(found, [](const Anomaly& a) { return a.level >= Level::medium; }));
}

/// Those that the PIDs' excesses raise.
std::size_t excess_alarms(std::vector<Anomaly> found) {
  std::erase_if(found, [](const Anomaly& a) { return a.kind != AnomalyKind::pid_excess; });
  return alarms(found);
}

TEST(QuietHosts, raise_at_most_one_alarm_in_a_month) {
  constexpr std::uint32_t kLogs = 6;
  for (const HostKind& host : kHosts) {
    SCOPED_TRACE(host.name);
    std::size_t all = 0;
    for (std::uint64_t seed = 1; seed <= kLogs; ++seed) {
      HostPlan plan = host.plan(seed);
      plan.minutes = 3 * kWeek;
      all += alarms(find(simulate_host(plan)));
    }
    EXPECT_LE(all, kLogs * 3U / 4U);  // 18 weeks: four months
  }
}

TEST(QuietHosts, short_logs_raise_no_alarm) {
  for (const HostKind& host : kHosts) {
    SCOPED_TRACE(host.name);
    for (const std::size_t lines : {1U, 2U, 3U, 8U, 20U, 60U}) {
      SCOPED_TRACE(lines);
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        HostPlan plan = host.plan(seed);
        plan.minutes = 3 * 24 * 60;
        std::vector<Reading> readings = simulate_host(plan);
        readings.resize(std::min(readings.size(), lines));
        EXPECT_EQ(alarms(find(readings)), 0U) << seed;
      }
    }
  }
}

TEST(QuietHosts, day_and_night_are_no_finding) {
  HostPlan plan = build_host(3);
  plan.night = 0.05;
  plan.minutes = 2 * kWeek;
  EXPECT_LE(alarms(find(simulate_host(plan))), 1U);
}

struct AttackCase {
  std::string name;
  HostPlan (*plan)(std::uint64_t seed);
  std::uint32_t pids;
  std::uint32_t minutes;
};

TEST(AttackedHosts, activities_are_found_where_and_as_large_as_they_were) {
  const std::vector<AttackCase> cases = {
      {"exploit on an old server", old_server, 6, 1},
      {"log-in on an old server", old_server, 20, 10},
      {"log-in on a web server", web_server, 70, 1},
      {"toolkit built on a web server", web_server, 900, 8},
      {"slow scan on a web server", web_server, 300, 60},
      {"toolkit built on a build host", build_host, 900, 3},
      {"typed commands on an hourly machine", hourly_machine, 60, 20},
  };
  for (const AttackCase& c : cases) {
    SCOPED_TRACE(c.name);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(seed);
      HostPlan plan = c.plan(seed);
      plan.minutes = 2 * kWeek;
      const std::uint32_t at = kWeek + 613 * static_cast<std::uint32_t>(seed);
      plan.activities = {{at, c.pids, c.minutes}};
      const Timestamp begin = kStart + std::chrono::minutes(at);
      const Timestamp end = begin + std::chrono::minutes(c.minutes);
      std::int64_t sum = 0;
      bool loud = false;
      for (const Anomaly& a : find(simulate_host(plan))) {
        if (a.kind != AnomalyKind::pid_excess || a.window_end < begin || a.window_start > end)
          continue;
        sum += a.excess_pids;
        loud = loud || a.level >= Level::medium;
        EXPECT_EQ(a.observed_pids,
                  std::llround(a.expected_pids + static_cast<double>(a.excess_pids)))
            << "the row's numbers must add up";
      }
      EXPECT_TRUE(loud);
      EXPECT_NEAR(static_cast<double>(sum), c.pids, 0.5 * c.pids + 3);
    }
  }
}

TEST(AttackedHosts, a_hole_in_the_log_is_not_judged) {
  for (const HostKind& host : kHosts) {
    SCOPED_TRACE(host.name);
    HostPlan plan = host.plan(7);
    plan.minutes = 2 * kWeek;
    std::vector<Reading> readings = simulate_host(plan);
    const std::size_t before = excess_alarms(find(readings));
    const Timestamp from = kStart + std::chrono::minutes(kWeek + 200);
    const Timestamp to = from + std::chrono::hours(7);
    std::erase_if(readings, [&](const Reading& r) { return r.time > from && r.time < to; });
    const std::vector<Anomaly> found = find(readings);
    std::size_t gaps = 0;
    EXPECT_LE(excess_alarms(found), before + 1);  // the host's own spread is measured anew
    for (const Anomaly& a : found)
      if (a.window_start <= from && a.window_end >= to) {
        EXPECT_EQ(a.kind, AnomalyKind::record_gap);
        // seven jobs of an hourly machine are within its background's spread, and what jobs of one
        // length cost is not known beside builds
        if (a.cause != GapCause::unknown ||
            (host.plan != hourly_machine && host.plan != build_host)) {
          EXPECT_EQ(a.cause, GapCause::records_removed);
        }
        ++gaps;
      }
    EXPECT_EQ(gaps, 1U);
  }
}

TEST(AttackedHosts, a_forged_line_is_no_giant) {
  for (const HostKind& host : kHosts) {
    SCOPED_TRACE(host.name);
    HostPlan plan = host.plan(9);
    plan.minutes = 2 * kWeek;
    std::vector<Reading> readings = simulate_host(plan);
    const std::size_t before = excess_alarms(find(readings));
    Reading& forged = readings[readings.size() / 2];
    forged.pid = forged.pid > 5000 ? forged.pid - 4000 : forged.pid + 4000;
    const std::vector<Anomaly> found = find(readings);
    std::size_t told = 0;
    EXPECT_LE(excess_alarms(found), before);
    for (const Anomaly& a : found) {
      EXPECT_NE(a.kind, AnomalyKind::boot);
      EXPECT_LT(a.excess_pids, 2000);
      if (a.kind != AnomalyKind::record_out_of_sequence) continue;
      EXPECT_EQ(a.first_pid, forged.pid);
      EXPECT_EQ(a.window_start, forged.time);
      ++told;
    }
    EXPECT_EQ(told, 1U);
  }
}

TEST(AttackedHosts, clock_set_back_is_survived) {
  HostPlan plan = web_server(4);
  plan.minutes = kWeek;
  std::vector<Reading> readings = simulate_host(plan);
  for (std::size_t i = readings.size() / 2; i < readings.size(); ++i)
    readings[i].time -= std::chrono::minutes(37);
  std::size_t steps = 0;
  for (const Anomaly& a : find(readings)) {
    EXPECT_LE(a.window_start, a.window_end);
    EXPECT_LT(a.level, Level::medium) << static_cast<int>(a.kind);
    if (a.kind != AnomalyKind::clock_step) continue;
    ++steps;
    EXPECT_NEAR(a.step_seconds, -37 * 60, 10 * 60);
  }
  EXPECT_EQ(steps, 1U);
}

TEST(Boots, one_row_for_each_and_none_for_the_first_line) {
  HostPlan plan = web_server(5);
  plan.minutes = 3 * 24 * 60;
  std::vector<Reading> log;
  for (int boot = 0; boot < 3; ++boot) {
    plan.start = kStart + boot * (std::chrono::days(3) + std::chrono::minutes(10));
    plan.seed = static_cast<std::uint64_t>(boot) + 20;
    Reading startup;
    startup.time = plan.start - std::chrono::seconds(20);
    startup.pid = 550;
    startup.kind = ReadingKind::boot;
    if (boot != 1) log.push_back(startup);  // one boot without its line
    const std::vector<Reading> part = simulate_host(plan);
    log.insert(log.end(), part.begin(), part.end());
  }
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
  std::vector<Anomaly> boots = find(log);
  std::erase_if(boots, [](const Anomaly& a) { return a.kind != AnomalyKind::boot; });
  ASSERT_EQ(boots.size(), 2U);
  EXPECT_EQ(boots[0].boot_session, 2U);
  EXPECT_EQ(boots[1].boot_session, 3U);
  EXPECT_EQ(boots[1].last_pid, 550U);
  EXPECT_TRUE(boots[1].counter_restarted);
}

TEST(Boots, each_startup_line_has_its_row) {
  HostPlan plan = web_server(6);
  plan.minutes = 24 * 60;
  std::vector<Reading> log = simulate_host(plan);
  const auto startup = [&](int minutes, Pid pid) {
    Reading r;
    r.time = kStart + std::chrono::minutes(24 * 60 + minutes);
    r.pid = pid;
    r.kind = ReadingKind::boot;
    return r;
  };
  log.push_back(startup(5, 512));
  log.push_back(startup(9, 509));  // booted again before any job ran
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
  std::vector<Anomaly> boots = find(log);
  std::erase_if(boots, [](const Anomaly& a) { return a.kind != AnomalyKind::boot; });
  ASSERT_EQ(boots.size(), 2U);
  EXPECT_EQ(boots[0].first_pid, log[log.size() - 3].pid);
  EXPECT_EQ(boots[0].last_pid, 512U);
  EXPECT_EQ(boots[1].first_pid, 512U);
  EXPECT_EQ(boots[1].last_pid, 509U);
  EXPECT_EQ(boots[1].last_record, log.size() - 1);
  EXPECT_EQ(boots[1].boot_session, 3U);
}

// Scores mean what they say, or less: single intervals of quiet hosts, score s no more often than
// 10^-s allows, within a factor 3.
TEST(Calibration, single_intervals_state_their_chance) {
  for (const HostKind& host : kHosts) {
    SCOPED_TRACE(host.name);
    std::size_t intervals = 0;
    std::size_t two = 0;
    std::size_t three = 0;
    for (std::uint64_t seed = 100; seed < 108; ++seed) {
      HostPlan plan = host.plan(seed);
      plan.minutes = 3 * kWeek;
      const PidClock clock = build_pid_clock(simulate_host(plan), {});
      const Baseline baseline = learn_baseline(clock);
      const WindowScan scan(clock, baseline);
      for (std::uint32_t i = 0; i + 1 < clock.ticks.size(); ++i) {
        if (clock.intervals[i].state != IntervalState::judged) continue;
        const double score = scan.score(scan.measure(i, i + 1));
        ++intervals;
        two += score >= 2 ? 1 : 0;
        three += score >= 3 ? 1 : 0;
      }
    }
    const auto n = static_cast<double>(intervals);
    RecordProperty("rate_at_2_in_" + host.name, std::to_string(static_cast<double>(two) / n));
    RecordProperty("rate_at_3_in_" + host.name, std::to_string(static_cast<double>(three) / n));
    std::printf("%-16s %zu intervals, score 2: %.3f, score 3: %.3f of the stated rate\n",
                host.name.c_str(), intervals, static_cast<double>(two) / n / 1e-2,
                static_cast<double>(three) / n / 1e-3);
    EXPECT_LE(static_cast<double>(two) / n, 3e-2);
    EXPECT_LE(static_cast<double>(three) / n, 3e-3);
  }
}

}  // namespace
}  // namespace pidometer
