#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// A line that was put into a log beside an intruder's work, with a time of elsewhere, hides nothing
// of it. Schedules and costs are made up.
namespace pidometer {
namespace {

using namespace edited;

constexpr Pid kWork = 400;

std::vector<Anomaly> all_of(std::vector<Reading> readings) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(readings), {});
  return detect_anomalies(clock, learn_baseline(clock));
}

/// Hourly alone: no hour has two ticks.
std::vector<std::uint32_t> quiet(std::int64_t minute) {
  return minute % kHour == 1 ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{};
}

struct NamedHost {
  const char* name;
  std::vector<std::uint32_t> (*due)(std::int64_t minute);
};

constexpr NamedHost kHosts[] = {{"server", server}, {"plain", plain}, {"quiet", quiet}};

void expect_told(std::vector<Reading> readings, std::size_t closing, std::size_t lines,
                 std::int64_t by, Pid pid, Pid work) {
  const Timestamp opened = readings[closing - 1].time;
  const Timestamp closed = readings[closing].time;
  for (std::size_t k = 0; k < lines; ++k) {
    Reading forged = readings[closing + k];
    forged.time += std::chrono::minutes(by) + std::chrono::seconds(k);
    forged.time -= std::chrono::minutes(k);
    forged.pid = pid;
    readings.insert(readings.begin() + static_cast<std::ptrdiff_t>(closing + k), forged);
  }
  const std::vector<Anomaly> found = all_of(std::move(readings));
  std::size_t excesses = 0;
  std::size_t edits = 0;
  for (const Anomaly& a : found) {
    if (a.kind == AnomalyKind::activity || a.level < Level::medium) continue;
    if (a.kind == AnomalyKind::record_out_of_sequence) {
      EXPECT_EQ(a.fault, SequenceFault::time);
      ++edits;
      continue;
    }
    EXPECT_EQ(a.kind, AnomalyKind::pid_excess);
    EXPECT_LE(a.window_start, opened);
    EXPECT_GE(a.window_end, closed);
    EXPECT_NEAR(static_cast<double>(a.excess_pids), work, 12);
    ++excesses;
  }
  EXPECT_EQ(edits, lines);
  EXPECT_EQ(excesses, work > 0 ? 1U : 0U);
}

TEST(StrayLine, hides_no_work) {
  for (const auto& [name, due] : kHosts)
    for (const double noise : {0.05, 0.3})
      for (const Pid work : {Pid{0}, kWork}) {
        std::vector<Reading> readings = Host{due, noise}.run(16 * kDay);
        const std::int64_t from = 11 * kDay + 10 * kHour + 2;
        const auto closing = static_cast<std::size_t>(
            std::ranges::find_if(readings, [&](const Reading& r) { return r.time > at(from); }) -
            readings.begin());
        for (std::size_t i = closing; i < readings.size(); ++i) readings[i].pid += work;
        const Pid opened = readings[closing - 1].pid;
        const Pid closed = readings[closing].pid;
        for (const std::int64_t by :
             {-60 * kDay, -10 * kDay, -6 * kHour - 17, 6 * kHour + 17, 10 * kDay})
          for (const Pid pid : {closed, closed - 1, (opened + closed) / 2, opened + 1}) {
            SCOPED_TRACE(std::string(name) + ", noise " + std::to_string(noise) + ", work " +
                         std::to_string(work) + ", by " + std::to_string(by) + " minutes, PID " +
                         std::to_string(pid) + " of " + std::to_string(opened) + " to " +
                         std::to_string(closed));
            expect_told(readings, closing, 1, by, pid, work);
          }
      }
}

// Nor do two, dated differently.
TEST(StrayLine, nor_do_two) {
  std::vector<Reading> readings = Host{plain, 0.1}.run(16 * kDay);
  const auto closing = static_cast<std::size_t>(
      std::ranges::find_if(readings,
                           [](const Reading& r) { return r.time > at(11 * kDay + 602); }) -
      readings.begin());
  for (std::size_t i = closing; i < readings.size(); ++i) readings[i].pid += kWork;
  for (const std::int64_t by : {-60 * kDay, -6 * kHour - 17, 10 * kDay})
    expect_told(readings, closing, 2, by, readings[closing].pid, kWork);
}

// At the second of the line before, with the PID of the next one: the job would have run twice in
// that second, and then cost nothing for an hour.
TEST(StrayLine, at_the_second_of_the_line_before) {
  std::vector<Reading> readings = Host{quiet, 0.1}.run(16 * kDay);
  const std::size_t closing = 11 * 24 + 5;
  for (std::size_t i = closing; i < readings.size(); ++i) readings[i].pid += kWork;
  expect_told(readings, closing, 1, -kHour, readings[closing].pid, kWork);
}

// Where it turns out that the lines are in no order, the line is told all the same.
TEST(StrayLine, is_not_lost_in_a_log_without_order) {
  std::vector<Reading> readings = Host{plain, 0.1}.run(16 * kDay);
  // one line in twelve stands a hundred lines further down
  std::vector<Reading> log;
  std::vector<std::pair<std::size_t, Reading>> later;
  std::size_t next = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (i % 12 == 5)
      later.emplace_back(i + 100, readings[i]);
    else
      log.push_back(readings[i]);
    for (; next < later.size() && later[next].first <= i; ++next) log.push_back(later[next].second);
  }
  const auto closing = static_cast<std::size_t>(
      std::ranges::find_if(log, [](const Reading& r) { return r.time > at(11 * kDay + 602); }) -
      log.begin());
  Reading stray = log[closing];
  stray.time -= std::chrono::days(6);
  log.insert(log.begin() + static_cast<std::ptrdiff_t>(closing), stray);
  for (std::size_t i = 0; i < log.size(); ++i) log[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(log), {});
  EXPECT_EQ(clock.order.kind, PidOrderKind::too_fast);
  EXPECT_EQ(std::ranges::count_if(clock.foreign, &ForeignReading::stray_time), 1);
  EXPECT_TRUE(std::ranges::is_sorted(clock.foreign, {}, &ForeignReading::record));
}

// A clock that is set back onto a minute before runs its jobs once more, and they cost what they
// cost.
TEST(StrayLine, is_no_clock_that_was_set_back) {
  for (const auto& [name, due] : kHosts)
    for (const std::int64_t by : {11L, 35L, kHour, 5 * kHour + 7, 3 * kDay + 13})
      for (std::int64_t from = 11 * kDay; from < 11 * kDay + 30; from += 3) {
        std::vector<Reading> readings = Host{[&, chosen = due](std::int64_t minute) {
                                               return chosen(minute < from ? minute : minute - by);
                                             },
                                             0.1}
                                            .run(16 * kDay);
        for (Reading& r : readings)
          if (r.time >= at(from)) r.time -= std::chrono::minutes(by);
        for (const Anomaly& a : all_of(std::move(readings)))
          EXPECT_NE(a.kind, AnomalyKind::record_out_of_sequence)
              << name << " set back by " << by << " minutes at " << from;
      }
}

}  // namespace
}  // namespace pidometer
