// Lines that stand where they do not belong, and STARTUP lines that tell no boot.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2020};
constexpr std::size_t kTicks = 60;

Reading reading(std::int64_t minute, Pid pid, ReadingKind kind = ReadingKind::job) {
  Reading r;
  r.time = kStart + std::chrono::minutes(minute);
  r.pid = pid;
  r.label = kind == ReadingKind::job ? 1 : 0;
  r.kind = kind;
  return r;
}

// ten minutes and forty PIDs apart
std::vector<Reading> steady(Pid first) {
  std::vector<Reading> log;
  for (std::size_t i = 0; i < kTicks; ++i)
    log.push_back(reading(static_cast<std::int64_t>(10 * i), first + static_cast<Pid>(40 * i)));
  return log;
}

PidClock clock_of(std::vector<Reading> log) {
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
  return build_pid_clock(std::move(log), {});
}

void move_lines(std::vector<Reading>& log, std::size_t from, std::size_t count, std::size_t to) {
  const std::vector<Reading> lines(log.begin() + static_cast<std::ptrdiff_t>(from),
                                   log.begin() + static_cast<std::ptrdiff_t>(from + count));
  log.erase(log.begin() + static_cast<std::ptrdiff_t>(from),
            log.begin() + static_cast<std::ptrdiff_t>(from + count));
  const std::size_t place = to > from ? to - count : to;
  log.insert(log.begin() + static_cast<std::ptrdiff_t>(place), lines.begin(), lines.end());
}

void repeat_lines(std::vector<Reading>& log, std::size_t from, std::size_t count, std::size_t to) {
  const std::vector<Reading> lines(log.begin() + static_cast<std::ptrdiff_t>(from),
                                   log.begin() + static_cast<std::ptrdiff_t>(from + count));
  log.insert(log.begin() + static_cast<std::ptrdiff_t>(to), lines.begin(), lines.end());
}

struct OrderCase {
  std::string name;
  std::function<void(std::vector<Reading>&)> change;
  std::size_t misplaced;
  std::size_t foreign;
};

TEST(OutOfOrder, where_the_order_of_a_few_lines_explains_it_there_is_no_boot) {
  const std::vector<OrderCase> cases = {
      {"one line repeated later", [](auto& log) { repeat_lines(log, 20, 1, 30); }, 1, 0},
      {"one line repeated at once", [](auto& log) { repeat_lines(log, 20, 1, 22); }, 1, 0},
      {"a screen of lines repeated", [](auto& log) { repeat_lines(log, 10, 25, 35); }, 25, 0},
      {"lines repeated twice",
       [](auto& log) {
         repeat_lines(log, 20, 3, 23);
         repeat_lines(log, 20, 3, 26);
       },
       6, 0},
      {"the last lines repeated", [](auto& log) { repeat_lines(log, 50, 10, 60); }, 10, 0},
      {"two lines swapped", [](auto& log) { std::swap(log[20], log[21]); }, 1, 0},
      {"a line written late", [](auto& log) { move_lines(log, 20, 1, 25); }, 1, 0},
      {"three lines written late", [](auto& log) { move_lines(log, 20, 3, 30); }, 3, 0},
      {"two lines that came early", [](auto& log) { move_lines(log, 50, 2, 20); }, 2, 0},
      {"a PID edited to a little above the next one", [](auto& log) { log[20].pid += 45; }, 0, 1},
      {"a PID edited to a little below the one before", [](auto& log) { log[20].pid -= 45; }, 0, 1},
      {"forged lines of times that fit, PIDs above",
       [](auto& log) {
         for (int i = 0; i < 3; ++i)
           log.insert(log.begin() + 21 + i, reading(202 + i, static_cast<Pid>(19000 + 40 * i)));
       },
       0, 3},
      {"forged lines of times that fit, PIDs below",
       [](auto& log) {
         for (int i = 0; i < 3; ++i)
           log.insert(log.begin() + 21 + i, reading(202 + i, static_cast<Pid>(700 + 40 * i)));
       },
       0, 3},
  };
  for (const Pid first : {Pid{2000}, Pid{12000}})
    for (const OrderCase& c : cases) {
      SCOPED_TRACE(c.name);
      std::vector<Reading> log = steady(first);
      c.change(log);
      const PidClock clock = clock_of(log);
      EXPECT_EQ(clock.sessions.size(), 1U);
      const auto misplaced = static_cast<std::size_t>(
          std::ranges::count(clock.foreign, true, &ForeignReading::misplaced));
      EXPECT_EQ(misplaced, c.misplaced);
      EXPECT_EQ(clock.foreign.size() - misplaced, c.foreign);
      EXPECT_TRUE(std::ranges::is_sorted(clock.foreign, {}, &ForeignReading::record));
      // what is left goes on; a line that was moved is spent where it belongs
      std::int64_t total = 0;
      for (std::size_t i = 0; i + 1 < clock.intervals.size(); ++i) {
        EXPECT_TRUE(clock.intervals[i].state == IntervalState::judged ||
                    clock.intervals[i].state == IntervalState::hole)
            << i;
        total += clock.intervals[i].advance;
      }
      EXPECT_EQ(total, 40 * (kTicks - 1));
    }
}

// Either of two lines in the wrong order may be the edited one: the ticks around the two tell.
TEST(OutOfOrder, the_line_that_is_further_off_is_the_edited_one) {
  for (const std::int64_t change : {44, 52, 65, -44, -52, -65}) {
    SCOPED_TRACE(change);
    std::vector<Reading> log = steady(2000);
    log[20].pid = static_cast<Pid>(log[20].pid + change);
    const PidClock clock = clock_of(log);
    ASSERT_EQ(clock.foreign.size(), 1U);
    EXPECT_EQ(clock.foreign[0].record, 20U);
  }
}

// Lines a minute apart may be written in the wrong order.
TEST(OutOfOrder, lines_close_in_time_may_be_late) {
  std::vector<Reading> log;
  for (std::size_t i = 0; i < kTicks; ++i)
    log.push_back(reading(static_cast<std::int64_t>(i), static_cast<Pid>(2000 + 10 * i)));
  log[20].pid += 15;
  const PidClock clock = clock_of(log);
  ASSERT_EQ(clock.foreign.size(), 1U);
  EXPECT_EQ(clock.foreign[0].record, 20U);
  EXPECT_TRUE(clock.foreign[0].close);
  EXPECT_EQ(clock.sessions.size(), 1U);
  // what was handed out around it is no more than what was
  std::int64_t total = 0;
  for (const Interval& interval : clock.intervals) total += interval.advance;
  EXPECT_EQ(total, 10 * (static_cast<std::int64_t>(kTicks) - 1));
}

// The late line has the smaller PID: what the other one's job took lies behind it.
TEST(OutOfOrder, what_stands_before_a_late_line_is_spent_behind_it) {
  std::vector<Reading> log = steady(300);
  log[30].pid = 1506;
  log[30].label = 2;
  log.insert(log.begin() + 31, reading(301, 1503));
  const PidClock clock = clock_of(log);
  ASSERT_EQ(clock.foreign.size(), 1U);
  EXPECT_EQ(clock.foreign[0].pid, 1506U);
  EXPECT_EQ(clock.ticks[29].pid, 1460U);
  EXPECT_FALSE(clock.ticks[29].joined);
  EXPECT_EQ(clock.ticks[30].pid, 1503U);
  EXPECT_TRUE(clock.ticks[30].joined);
  const auto labels = clock.item_sets.labels(clock.ticks[30].items);
  EXPECT_EQ(std::vector<std::uint32_t>(labels.begin(), labels.end()),
            (std::vector<std::uint32_t>{1, 2}));
}

TEST(OutOfOrder, a_boot_is_one_whatever_the_clock_says) {
  for (const int shift : {10, -60 * 24 * 365}) {
    std::vector<Reading> log = steady(5000);
    for (std::size_t i = 0; i < kTicks; ++i)
      log.push_back(reading(static_cast<std::int64_t>(10 * (kTicks + i)) + shift,
                            static_cast<Pid>(900 + 40 * i)));
    const PidClock clock = clock_of(log);
    ASSERT_EQ(clock.sessions.size(), 2U);
    EXPECT_TRUE(clock.sessions[1].counter_restarted);
    EXPECT_TRUE(clock.foreign.empty());
  }
  // without a clock of its own a host lives through the same minutes again, from the same PIDs on
  std::vector<Reading> log = steady(600);
  const std::vector<Reading> once_more = steady(607);
  log.insert(log.end(), once_more.begin(), once_more.end());
  EXPECT_EQ(clock_of(log).sessions.size(), 2U);
}

// A restarted counter does not come so far in ten minutes.
TEST(OutOfOrder, a_fall_to_where_no_boot_takes_the_counter_is_none) {
  std::vector<Reading> log = steady(26000);
  for (std::size_t i = 0; i < kTicks; ++i)
    log.push_back(
        reading(static_cast<std::int64_t>(10 * (kTicks + i)), static_cast<Pid>(18000 + 40 * i)));
  const PidClock clock = clock_of(log);
  EXPECT_EQ(clock.sessions.size(), 1U);
  EXPECT_EQ(clock.intervals[kTicks - 1].state, IntervalState::unknown_advance);
}

// Each late line goes to the tick that it was written too late for, whose set is made once.
TEST(OutOfOrder, thousands_of_late_lines_of_one_tick_are_one_set) {
  constexpr std::uint32_t kLate = 3000;
  std::vector<Reading> readings;
  Pid pid = 1000;
  std::int64_t at = 0;
  const auto minute = [&] {
    readings.push_back(reading(at++, pid));
    pid += 40;
  };
  for (int i = 0; i < 100; ++i) minute();
  const std::int64_t host = at - 1;
  const Pid host_pid = pid - 40;
  for (std::uint32_t i = 0; i < kLate; ++i) {
    minute();
    readings.push_back(reading(host, host_pid + 1 + i % 25));
    readings.back().label = 2 + i;
  }
  minute();
  const PidClock clock = clock_of(readings);
  ASSERT_TRUE(clock.ticks[99].joined);
  EXPECT_EQ(clock.item_sets.labels(clock.ticks[99].items).size(), 2048U);
  std::size_t held = 0;
  for (std::uint32_t set = 0; set < clock.item_sets.size(); ++set)
    held += clock.item_sets.labels(set).size();
  EXPECT_LE(held, 2 * readings.size());
}

void swap_lines(std::vector<Reading>& log, std::size_t k) {
  std::swap(log[k], log[k + 1]);
}

// What stands where it does not belong is read where it does: the clock is that of the log in
// order, each tick with its own line.
TEST(OutOfOrder, lines_are_put_back_where_their_times_and_pids_belong) {
  // two jobs each half an hour, one of another ten minutes, a part of a job, a burst of 500
  std::vector<Reading> steady_host;
  Pid pid = 2000;
  for (std::int64_t k = 1; k < 60; ++k) {
    steady_host.push_back(reading(10 * k, pid));
    if (k % 3 == 0) {
      steady_host.push_back(reading(10 * k, pid + 1));
      steady_host.back().label = 2;
      steady_host.push_back(reading(10 * k, pid + 1, ReadingKind::pseudo));
      steady_host.back().label = 3;
    }
    pid += k == 31 ? 540 : 40;
  }
  const PidClock in_order = clock_of(steady_host);
  const std::vector<std::pair<std::string, std::function<void(std::vector<Reading>&)>>> changes = {
      {"the first two lines", [](auto& log) { swap_lines(log, 0); }},
      {"the last two lines", [](auto& log) { swap_lines(log, log.size() - 2); }},
      {"before the burst", [](auto& log) { swap_lines(log, 45); }},
      {"around the burst", [](auto& log) { swap_lines(log, 50); }},
      {"behind the burst", [](auto& log) { swap_lines(log, 51); }},
      {"one of a tick's two lines", [](auto& log) { move_lines(log, 48, 2, 52); }},
      {"a tick of two lines", [](auto& log) { move_lines(log, 47, 3, 52); }},
      {"three ticks written late", [](auto& log) { move_lines(log, 42, 5, 57); }},
      {"lines that came early", [](auto& log) { move_lines(log, 50, 5, 20); }},
      {"two places", [](auto& log) {
         swap_lines(log, 20);
         move_lines(log, 48, 2, 52);
       }}};
  for (const auto& [name, change] : changes) {
    SCOPED_TRACE(name);
    std::vector<Reading> log = steady_host;
    for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
    change(log);
    const std::vector<Reading> file = log;
    const PidClock clock = build_pid_clock(std::move(log), {});
    EXPECT_FALSE(clock.foreign.empty());
    for (const ForeignReading& one : clock.foreign)
      EXPECT_TRUE(one.misplaced && one.put_back) << one.record;
    ASSERT_EQ(clock.ticks.size(), in_order.ticks.size());
    for (std::size_t i = 0; i < clock.ticks.size(); ++i) {
      EXPECT_EQ(clock.ticks[i].record, in_order.ticks[i].record) << i;
      EXPECT_EQ(clock.ticks[i].pid, in_order.ticks[i].pid) << i;
      EXPECT_EQ(clock.ticks[i].jobs, in_order.ticks[i].jobs) << i;
      EXPECT_EQ(clock.ticks[i].items, in_order.ticks[i].items) << i;
      EXPECT_FALSE(clock.ticks[i].joined) << i;
      EXPECT_EQ(clock.intervals[i].advance, in_order.intervals[i].advance) << i;
      EXPECT_EQ(clock.intervals[i].state, in_order.intervals[i].state) << i;
    }
    // what was done can be done again to the log's readings
    std::vector<Reading> moved = file;
    apply_moves(clock.moves, moved);
    for (std::size_t i = 0; i < moved.size(); ++i) EXPECT_EQ(moved[i].record, i);
    for (const Tick& tick : clock.ticks)
      EXPECT_EQ(clock.ticks[tick_of_record(clock, tick.record)].record, tick.record);
  }
}

struct StartCase {
  std::string name;
  Pid first;
  Pid startup;
  Pid more;  // handed out beside the jobs in the interval of the line
  IntervalState state;
  bool may_be_boot;
  std::size_t sessions;
  std::size_t foreign;
};

TEST(StartupLines, pids_that_go_on_are_judged) {
  const std::vector<StartCase> cases = {
      {"a start of the daemon", 12000, 12810, 5, IntervalState::judged, false, 2, 0},
      {"an excess beside it", 12000, 12810, 700, IntervalState::judged, false, 2, 0},
      {"where a boot may have brought the counter as far", 2000, 2810, 700, IntervalState::judged,
       true, 2, 0},
      {"a line of a PID that no job's goes on from", 12000, 600, 700, IntervalState::judged, false,
       1, 1},
      {"a line of a PID above", 12000, 19000, 700, IntervalState::judged, false, 1, 1},
      {"a boot to just behind where it was", 800, 600, 700, IntervalState::boot, false, 2, 0},
  };
  for (const StartCase& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Reading> log = steady(c.first);
    for (std::size_t i = 21; i < kTicks; ++i) log[i].pid += c.more;
    log.insert(log.begin() + 21, reading(205, c.startup, ReadingKind::boot));
    const PidClock clock = clock_of(log);
    const Interval& interval = clock.intervals[20];
    EXPECT_EQ(interval.state, c.state);
    EXPECT_EQ(interval.advance, static_cast<std::int32_t>(40 + c.more));
    EXPECT_EQ(interval.may_be_boot, c.may_be_boot);
    EXPECT_EQ(clock.sessions.size(), c.sessions);
    EXPECT_EQ(clock.foreign.size(), c.foreign);
  }
}

// The host's own boots say how far one takes the counter.
TEST(StartupLines, boots_of_this_host_tell_what_may_be_one) {
  std::vector<Reading> log = steady(5000);
  log.push_back(reading(595, 500, ReadingKind::boot));
  for (std::size_t i = 0; i < kTicks; ++i)
    log.push_back(
        reading(static_cast<std::int64_t>(10 * (kTicks + i)), static_cast<Pid>(520 + 40 * i)));
  log.push_back(reading(1195, 3000, ReadingKind::boot));
  log.push_back(reading(1200, 3400));
  log.push_back(reading(1210, 3440));
  const PidClock clock = clock_of(log);
  ASSERT_EQ(clock.sessions.size(), 3U);
  EXPECT_EQ(clock.intervals[2 * kTicks - 1].state, IntervalState::judged);
  EXPECT_FALSE(clock.intervals[2 * kTicks - 1].may_be_boot);
}

// What forged lines took says nothing of what their jobs take elsewhere.
TEST(OutOfOrder, a_forged_run_does_not_make_a_boot_a_wrap) {
  constexpr std::uint32_t kNightly = 2;
  constexpr std::uint32_t kOther = 3;
  const auto host = [&](bool forged) {
    std::vector<Reading> log;
    Pid pid = 5000;
    const auto add = [&](Pid at, std::uint32_t label) {
      log.push_back(reading(static_cast<std::int64_t>(10 * log.size()), at));
      log.back().label = label;
    };
    for (int i = 0; i < 700; ++i) {
      add(pid, 1);
      pid += 30;
      if (!forged || i != 100) continue;
      add(12000, kNightly);
      add(21000, kNightly);
      add(30000, kOther);
    }
    add(pid, kNightly);
    pid = 1500;  // the host was booted, and nothing says so
    for (int i = 0; i < 100; ++i, pid += 30) add(pid, 1);
    return clock_of(std::move(log));
  };
  for (const bool forged : {false, true}) {
    SCOPED_TRACE(forged);
    const PidClock clock = host(forged);
    EXPECT_EQ(clock.foreign.size(), forged ? 3U : 0U);
    ASSERT_EQ(clock.ticks.size(), 801U);
    EXPECT_EQ(clock.intervals[700].state, IntervalState::boot);
    EXPECT_EQ(clock.wraps, 0U);
  }
}

// A line that stands there twice is one run: a tick of two would be one that nothing is like.
TEST(Tick, a_line_that_is_repeated_at_once_is_one_run) {
  std::vector<Reading> log = steady(1000);
  repeat_lines(log, 30, 1, 31);
  const PidClock clock = clock_of(std::move(log));
  ASSERT_EQ(clock.ticks.size(), kTicks);
  EXPECT_EQ(clock.ticks[30].jobs, 1U);
  EXPECT_EQ(clock.ticks[30].items, clock.ticks[29].items);
}

}  // namespace
}  // namespace pidometer
