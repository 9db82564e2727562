#include "plugin/pid_clock/pid_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};

Reading job(std::int64_t seconds, Pid pid, std::uint32_t label = 1) {
  Reading r;
  r.time = kStart + std::chrono::seconds(seconds);
  r.pid = pid;
  r.label = label;
  return r;
}

Reading other(std::int64_t seconds, Pid pid, ReadingKind kind, std::uint32_t label = 0) {
  Reading r = job(seconds, pid, label);
  r.kind = kind;
  return r;
}

PidClock clock_of(std::vector<Reading> readings, ClockOptions options = {}) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  return build_pid_clock(std::move(readings), options);
}

// n ticks a minute apart, three PIDs each
std::vector<Reading> steady(std::size_t n, Pid first = 1000) {
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < n; ++i)
    readings.push_back(job(static_cast<std::int64_t>(i) * 60, first + static_cast<Pid>(3 * i)));
  return readings;
}

TEST(BuildPidClock, nothing_and_one_reading) {
  EXPECT_TRUE(clock_of({}).ticks.empty());
  EXPECT_TRUE(clock_of({}).sessions.empty());
  const PidClock one = clock_of({job(0, 5)});
  ASSERT_EQ(one.intervals.size(), 1U);
  EXPECT_EQ(one.intervals[0].state, IntervalState::last);
  EXPECT_EQ(one.sessions.size(), 1U);
}

TEST(BuildPidClock, jobs_of_one_second_are_one_tick_with_the_smallest_pid) {
  const PidClock clock =
      clock_of({job(0, 1005, 2), job(0, 1003, 1), job(1, 1004, 3), job(60, 1010)});
  ASSERT_EQ(clock.ticks.size(), 2U);
  EXPECT_EQ(clock.ticks[0].pid, 1003U);
  EXPECT_EQ(clock.ticks[0].record, 1U);
  EXPECT_EQ(clock.ticks[0].jobs, 3U);
  EXPECT_EQ(clock.intervals[0].advance, 7);
  EXPECT_EQ(clock.intervals[0].seconds, 60);
}

TEST(BuildPidClock, clock_set_back_onto_the_same_minute_is_two_ticks) {
  const PidClock clock = clock_of({job(0, 1000), job(1, 1200)});
  ASSERT_EQ(clock.ticks.size(), 2U);
  EXPECT_EQ(clock.intervals[0].advance, 200);
}

TEST(BuildPidClock, a_job_many_times_in_one_second_is_one_tick) {
  std::vector<Reading> readings;
  for (int minute = 0; minute < 60; ++minute)
    for (Pid line = 0; line < 20; ++line)
      readings.push_back(job(minute * 60, 1000 + static_cast<Pid>(minute) * 61 + 3 * line));
  const PidClock clock = clock_of(readings);
  ASSERT_EQ(clock.ticks.size(), 60U);
  EXPECT_EQ(clock.ticks[0].jobs, 20U);
  EXPECT_EQ(clock.intervals[0].state, IntervalState::judged);
  EXPECT_EQ(clock.intervals[0].advance, 61);
}

TEST(BuildPidClock, old_pids_and_events_are_no_readings) {
  std::vector<Reading> readings = steady(10);
  readings.insert(readings.begin() + 5, other(241, 7, ReadingKind::check));
  readings.insert(readings.begin() + 6, other(250, 1013, ReadingKind::event));
  const PidClock clock = clock_of(readings);
  EXPECT_EQ(clock.ticks.size(), 10U);
  for (std::size_t i = 0; i + 1 < 10; ++i) EXPECT_EQ(clock.intervals[i].advance, 3);
}

TEST(BuildPidClock, pseudo_jobs_are_items_of_the_tick) {
  const PidClock clock = clock_of({job(0, 1000, 1), other(0, 0, ReadingKind::pseudo, 9),
                                   other(30, 0, ReadingKind::pseudo, 8),
                                   other(31, 0, ReadingKind::pseudo, 8), job(60, 1003, 1)});
  ASSERT_EQ(clock.ticks.size(), 2U);
  const auto items = clock.item_sets.labels(clock.ticks[0].items);
  EXPECT_EQ(std::vector<std::uint32_t>(items.begin(), items.end()),
            (std::vector<std::uint32_t>{1, 8, 9}));
  EXPECT_EQ(clock.ticks[0].jobs, 1U);
}

struct StepCase {
  std::string name;
  std::vector<Reading> readings;  // the step that is looked at is the second
  IntervalState want;
  std::int32_t advance;
  std::size_t sessions;
};

TEST(BuildPidClock, tells_steps_apart) {
  // twenty minutes before and after, three PIDs a minute; only what lies between differs
  const auto around = [](std::vector<Reading> between, Pid first, Pid then, std::int64_t then_at) {
    std::vector<Reading> all;
    for (std::int64_t i = 0; i < 20; ++i)
      all.push_back(job(i * 60, first + static_cast<Pid>(3 * i)));
    all.insert(all.end(), between.begin(), between.end());
    for (std::int64_t i = 0; i < 20; ++i)
      all.push_back(job(then_at + i * 60, then + static_cast<Pid>(3 * i)));
    return all;
  };
  const std::vector<StepCase> cases = {
      {"goes on", around({}, 1000, 1060, 1200), IntervalState::judged, 3, 1},
      {"wraps", around({}, 32700, 303, 1200), IntervalState::judged, 14, 1},
      {"falls far from the wrap", around({}, 9000, 700, 1200), IntervalState::boot, 0, 2},
      {"falls with a startup line", around({other(1190, 400, ReadingKind::boot)}, 9000, 410, 1200),
       IntervalState::boot, 0, 2},
      {"the startup line's pid fell, the job's did not",
       around({other(1190, 400, ReadingKind::boot)}, 1000, 1100, 1200), IntervalState::boot, 43, 2},
      {"daemon restarted", around({other(1190, 1070, ReadingKind::boot)}, 1000, 1080, 1200),
       IntervalState::judged, 23, 2},
      {"clock set back", around({}, 1000, 1060, 300), IntervalState::clock_step, 3, 1},
      {"lines are missing", around({}, 1000, 1300, 7200), IntervalState::hole, 243, 1},
      {"boot into the past", around({}, 9000, 700, -100000), IntervalState::boot, 0, 2},
  };
  for (const StepCase& c : cases) {
    SCOPED_TRACE(c.name);
    const PidClock clock = clock_of(c.readings);
    ASSERT_EQ(clock.ticks.size(), 40U);
    EXPECT_EQ(clock.intervals[19].state, c.want);
    EXPECT_EQ(clock.intervals[19].advance, c.advance);
    EXPECT_EQ(clock.sessions.size(), c.sessions);
    EXPECT_EQ(clock.foreign.size(), 0U);
    for (std::size_t i = 0; i < 39; ++i) {
      if (i == 19) continue;
      EXPECT_EQ(clock.intervals[i].state, IntervalState::judged) << i;
    }
  }
}

TEST(BuildPidClock, forged_pid_is_taken_out) {
  for (const Pid forged : {Pid{40}, Pid{900}, Pid{1200}, Pid{30000}}) {
    SCOPED_TRACE(forged);
    std::vector<Reading> readings = steady(40);
    readings[20].pid = forged;
    const PidClock clock = clock_of(readings);
    EXPECT_EQ(clock.foreign.size(), 1U);
    ASSERT_EQ(clock.ticks.size(), 39U);
    EXPECT_EQ(clock.sessions.size(), 1U);
    EXPECT_EQ(clock.intervals[19].advance, 6);
    EXPECT_TRUE(clock.intervals[19].repaired);
    EXPECT_EQ(clock.item_sets.labels(clock.ticks[19].items).size(), 2U);
  }
}

TEST(BuildPidClock, forged_pid_beside_a_true_one_leaves_the_tick) {
  std::vector<Reading> readings = steady(40);
  readings.insert(readings.begin() + 20, job(20 * 60, 12, 2));
  const PidClock clock = clock_of(readings);
  EXPECT_EQ(clock.foreign.size(), 1U);
  ASSERT_EQ(clock.ticks.size(), 40U);
  EXPECT_EQ(clock.ticks[20].pid, 1060U);
  EXPECT_EQ(clock.ticks[20].jobs, 2U);
}

struct RangeCase {
  std::string name;
  Pid limit;
  std::optional<Pid> given;
  Pid want;
  std::size_t wraps;
};

TEST(BuildPidClock, infers_where_the_counter_wraps) {
  const std::vector<RangeCase> cases = {
      {"default", 32768, {}, 32768, 3},
      {"56 possible CPUs", 57344, {}, 57344, 3},
      {"64 bit and not yet wrapped", 4194304, {}, 4194304, 0},
      {"given", 40000, 40000, 40000, 3},
  };
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Reading> readings;
    Pid counter = 500;
    const std::size_t ticks = (c.limit > 100000 ? 60000U : 3 * c.limit) / 7;
    for (std::size_t i = 0; i < ticks; ++i) {
      readings.push_back(job(static_cast<std::int64_t>(i) * 60, counter));
      counter += 7;
      if (counter >= c.limit) counter = counter - c.limit + kReservedPids;
    }
    const PidClock clock = clock_of(readings, {c.given, c.given ? "the image's sysctl.conf" : ""});
    EXPECT_EQ(clock.range.pid_max, c.want);
    EXPECT_EQ(clock.wraps, c.wraps > 0 ? 2 + (ticks * 7 + 500 > 3 * c.limit - 2 * 300) : 0U);
    EXPECT_EQ(clock.sessions.size(), 1U);
    EXPECT_FALSE(clock.range.basis.empty());
    for (std::size_t i = 0; i + 1 < ticks; ++i) ASSERT_EQ(clock.intervals[i].advance, 7) << i;
  }
}

TEST(BuildPidClock, sessions_are_numbered) {
  std::vector<Reading> readings = steady(20, 5000);
  readings.push_back(other(1190, 300, ReadingKind::boot));
  readings.push_back(job(1200, 310));
  readings.push_back(other(1250, 330, ReadingKind::boot));  // the daemon only
  readings.push_back(job(1260, 340));
  const PidClock clock = clock_of(readings);
  EXPECT_TRUE(clock.intervals[20].restarted);
  ASSERT_EQ(clock.sessions.size(), 3U);
  EXPECT_EQ(clock.sessions[1].number, 2U);
  EXPECT_TRUE(clock.sessions[1].counter_restarted);
  ASSERT_TRUE(clock.sessions[1].startup.has_value());
  EXPECT_EQ(clock.sessions[1].startup->pid, 300U);
  EXPECT_EQ(clock.sessions[2].number, 2U);
  EXPECT_FALSE(clock.sessions[2].counter_restarted);
  EXPECT_EQ(session_of(clock, 19), 0U);
  EXPECT_EQ(session_of(clock, 20), 1U);
  EXPECT_EQ(session_of(clock, 21), 2U);
}

struct StartupCase {
  std::string name;
  std::vector<Reading> log;
  std::vector<bool> restarted;           // of each session after the first
  std::vector<std::uint32_t> end_ticks;  // of all
};

TEST(BuildPidClock, each_startup_line_starts_a_session) {
  const auto startup = [](std::int64_t at, Pid pid) { return other(at, pid, ReadingKind::boot); };
  const std::vector<StartupCase> cases = {
      {"the first line of a series", {startup(0, 300), job(60, 310), job(120, 313)}, {}, {2}},
      {"two boots between two jobs",
       {job(0, 5000), job(60, 5003), startup(100, 310), startup(200, 300), job(240, 320)},
       {true, true},
       {2, 2, 3}},
      {"a boot and then a restart of the daemon",
       {job(0, 5000), startup(100, 300), startup(110, 340), job(180, 350)},
       {true, false},
       {1, 1, 2}},
      {"a restart of the daemon and then a boot",
       {job(0, 5000), startup(100, 5010), startup(110, 300), job(180, 350)},
       {false, true},
       {1, 1, 2}},
      {"a boot and no job after it",
       {job(0, 5000), job(60, 5003), startup(100, 300)},
       {true},
       {2, 2}},
      {"no job at all",
       {startup(0, 300), startup(100, 290), startup(200, 400)},
       {true, false},
       {0, 0, 0}},
      {"two boots before the first job",
       {startup(0, 300), startup(100, 290), job(120, 300)},
       {true},
       {0, 1}},
  };
  for (const StartupCase& c : cases) {
    SCOPED_TRACE(c.name);
    const PidClock clock = clock_of(c.log);
    std::vector<bool> restarted;
    std::vector<std::uint32_t> ends;
    std::uint32_t number = 1;
    for (const BootSession& session : clock.sessions) {
      if (&session != clock.sessions.data()) {
        restarted.push_back(session.counter_restarted);
        number += session.counter_restarted ? 1 : 0;
      }
      EXPECT_EQ(session.number, number);
      ends.push_back(session.end_tick);
    }
    EXPECT_EQ(restarted, c.restarted);
    EXPECT_EQ(ends, c.end_ticks);
  }
}

// What a tick should have cost is unknown where lines of it, or before it, are lost.
TEST(BuildPidClock, damage_is_never_judged_across) {
  std::vector<Reading> readings = steady(40);
  readings[10].lost_before = Loss::damaged;
  PidClock clock = clock_of(readings);
  for (std::size_t i = 0; i + 1 < clock.intervals.size(); ++i)
    EXPECT_EQ(clock.intervals[i].state,
              i == 9 || i == 10 ? IntervalState::damaged : IntervalState::judged)
        << i;
  EXPECT_EQ(clock.sessions.size(), 1U);

  // within a tick: what is left of it is a tick of its own
  readings = steady(40);
  Reading second = readings[10];
  second.pid += 1;
  second.label = 2;
  second.lost_before = Loss::damaged;
  readings.insert(readings.begin() + 11, second);
  clock = clock_of(readings);
  ASSERT_EQ(clock.ticks.size(), 41U);
  EXPECT_EQ(clock.intervals[10].state, IntervalState::damaged);
  EXPECT_EQ(clock.intervals[11].state, IntervalState::damaged);
  EXPECT_EQ(clock.intervals[12].state, IntervalState::judged);

  // a restart is one all the same
  readings = steady(40);
  for (std::size_t i = 20; i < readings.size(); ++i) readings[i].pid -= 900;
  readings[20].lost_before = Loss::damaged;
  clock = clock_of(readings);
  EXPECT_EQ(clock.intervals[19].state, IntervalState::boot);
  // ... but not where damage means that two recovered pieces meet: what lay between is not known
  clock = clock_of(readings, {.recovered = true});
  EXPECT_EQ(clock.intervals[19].state, IntervalState::damaged);
  EXPECT_EQ(clock.sessions.size(), 1U);
  // a fall within a piece is one
  readings[20].lost_before = Loss::none;
  readings[19].lost_before = Loss::damaged;
  EXPECT_EQ(clock_of(readings, {.recovered = true}).intervals[19].state, IntervalState::boot);
}

struct FallCase {
  std::string name;
  Pid from;
  Pid to;
  std::int64_t seconds;
  ClockOptions options;
  IntervalState want;
};

// Three PIDs a minute: eight times that is half a round of 32768 in eleven hours.
TEST(BuildPidClock, a_fall_over_a_time_in_which_the_counter_may_go_round_is_no_boot) {
  constexpr std::int64_t kHour = 3600;
  const std::vector<FallCase> cases = {
      {"a short time", 9000, 700, 120, {}, IntervalState::boot},
      {"a night", 9000, 700, 10 * kHour, {}, IntervalState::boot},
      {"half a round may have been spent", 9000, 700, 12 * kHour, {}, IntervalState::unknown_fall},
      {"a month", 9000, 700, 720 * kHour, {}, IntervalState::unknown_fall},
      {"no wrap hands out a PID below 300", 9000, 250, 720 * kHour, {}, IntervalState::boot},
      {"a larger range takes longer", 9000, 700, 720 * kHour, {4194304, ""}, IntervalState::boot},
      // 41,000 PIDs: the range may end at 41984, and any multiple of 1024 above
      {"pid_max is a guess", 41000, 700, 720 * kHour, {}, IntervalState::unknown_fall},
      {"pid_max is a guess, and far", 41000, 30000, 10 * kHour, {}, IntervalState::boot},
  };
  for (const FallCase& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Reading> log = steady(40, c.from - 39 * 3);
    for (Reading after : steady(40, c.to)) {
      after.time += std::chrono::seconds(39 * 60 + c.seconds);
      log.push_back(after);
    }
    const PidClock clock = clock_of(log, c.options);
    ASSERT_EQ(clock.ticks.size(), 80U);
    EXPECT_EQ(clock.intervals[39].state, c.want);
    EXPECT_EQ(clock.intervals[39].advance, 0);
    EXPECT_EQ(clock.sessions.size(), c.want == IntervalState::boot ? 2U : 1U);
  }
}

TEST(BuildPidClock, time_without_lines_does_not_make_a_host_look_idle) {
  // ten pieces of a quarter of an hour, a month apart: the host spends three PIDs a minute, not one
  // an hour, and goes round between any two
  std::vector<Reading> log;
  for (int piece = 0; piece < 10; ++piece)
    for (Reading r : steady(15, static_cast<Pid>(20000 - 1500 * piece))) {
      r.time += std::chrono::days(30 * piece);
      log.push_back(r);
    }
  const PidClock clock = clock_of(log);
  EXPECT_EQ(clock.sessions.size(), 1U);
  for (std::size_t i = 14; i + 1 < log.size(); i += 15)
    EXPECT_EQ(clock.intervals[i].state, IntervalState::unknown_fall) << i;
}

TEST(BuildPidClock, a_fall_of_a_host_whose_rate_is_not_known_is_no_boot) {
  EXPECT_EQ(clock_of({job(0, 9000), job(60, 700)}).intervals[0].state, IntervalState::unknown_fall);
}

// A forged log can hold any number of jobs in one second; the search through a tick must not.
TEST(BuildPidClock, one_second_of_many_jobs_is_cut_into_ticks) {
  std::vector<Reading> readings;
  for (std::uint32_t i = 0; i < 5000; ++i) readings.push_back(job(0, 1000 + i, i + 1));
  const PidClock clock = clock_of(readings);
  ASSERT_EQ(clock.ticks.size(), 3U);
  EXPECT_EQ(clock.ticks[0].jobs, 2048);
  EXPECT_EQ(clock.ticks[1].pid, 1000U + 2048);
}

}  // namespace
}  // namespace pidometer
