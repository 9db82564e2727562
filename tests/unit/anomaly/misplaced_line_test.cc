#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/explanations.h"
#include "tests/unit/anomaly/edited_host.h"

// Lines that stand where they do not belong.
namespace pidometer {
namespace {

using namespace edited;

// Lines that are not listed count as well: where so many are misplaced nobody forged the one.
TEST(Misplaced, lines_that_are_not_listed_are_counted) {
  Host host{[](std::int64_t) { return std::vector<std::uint32_t>{1}; }};
  PidClock clock = build_pid_clock(host.run(175 * kDay), {});
  ASSERT_GT(clock.ticks.size(), 250'000U);
  ForeignReading reading;
  reading.misplaced = true;
  clock.foreign.assign(2000, reading);
  reading.misplaced = false;
  clock.foreign.push_back(reading);
  const auto level = [&clock] {
    const Baseline baseline = learn_baseline(clock);
    const WindowScan scan(clock, baseline);
    Explanations explanations(clock, baseline, scan);
    return detect_record_out_of_sequence(DetectorInput(clock, baseline, scan, explanations))
        .back()
        .level;
  };
  EXPECT_EQ(level(), Level::low);
  clock.foreign.erase(clock.foreign.begin(), clock.foreign.begin() + 1500);
  EXPECT_EQ(level(), Level::medium);
}

// A log server that swaps every other line: no flood of rows, and nothing of them an alarm.
TEST(Misplaced, lines_of_a_log_that_is_out_of_order_throughout) {
  Host host{[](std::int64_t minute) {
    return minute % 5 == 0 ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{};
  }};
  std::vector<Reading> readings = host.run(14 * kDay);
  for (std::size_t i = 0; i + 3 < readings.size(); i += 2) std::swap(readings[i], readings[i + 1]);
  const std::vector<Anomaly> found = find(readings);
  EXPECT_EQ(found.size(), kListedMisplaced);
  for (const Anomaly& a : found) {
    EXPECT_EQ(a.kind, AnomalyKind::record_out_of_sequence);
    EXPECT_EQ(a.fault, SequenceFault::order);
    EXPECT_EQ(a.level, Level::low);
  }
}

// Who copied a screen of lines into the log did it once.
TEST(Misplaced, a_block_of_lines_is_one_row) {
  for (const bool away : {false, true}) {
    const std::vector<Reading> whole = Host{server}.run(14 * kDay);
    for (const std::size_t place : {2015U, 2100U, 3000U, 1200U})
      for (const std::size_t lines : {15U, 16U, 17U, 40U}) {
        SCOPED_TRACE(std::to_string(place) + ", " + std::to_string(lines));
        std::vector<Reading> readings = whole;
        const auto block = std::vector(
            readings.begin() + 2000, readings.begin() + 2000 + static_cast<std::ptrdiff_t>(lines));
        const auto at =
            static_cast<std::ptrdiff_t>(std::max(place, place > 2000 ? 2000 + lines : 0));
        readings.insert(readings.begin() + at, block.begin(), block.end());
        if (away)
          readings.erase(readings.begin() + (at < 2000 ? 2000 + std::ssize(block) : 2000),
                         readings.begin() +
                             (at < 2000 ? 2000 + 2 * std::ssize(block) : 2000 + std::ssize(block)));
        const std::vector<Anomaly> found = find(readings);
        if (away && place == 2015U) {  // it stands where it stood
          EXPECT_TRUE(found.empty());
          continue;
        }
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].kind, AnomalyKind::record_out_of_sequence);
        EXPECT_EQ(found[0].fault, SequenceFault::order);
        EXPECT_EQ(found[0].level, Level::low);
        EXPECT_EQ(found[0].block_repeated, !away);
        EXPECT_GE(found[0].block_records, lines - 1);
        EXPECT_LE(found[0].block_records, lines + 2);
        EXPECT_GT(found[0].last_record, found[0].first_record);
        EXPECT_GE(found[0].window_start, block.front().time);
        EXPECT_LE(found[0].window_end, block.back().time);
      }
  }
}

// Two hosts of one log, the one's clock two hours ahead: each of its lines stands far from where it
// belongs in the other's order, and nothing is to be made of one order for both.
TEST(Misplaced, lines_of_two_counters_are_no_alarm) {
  std::vector<Reading> readings;
  for (std::uint32_t k = 0; k < 8000; ++k)
    for (const bool ahead : {false, true}) {
      Reading r;
      r.time = at(k + (ahead ? 120 : 0));
      r.pid = 400 + 3 * k + (ahead ? 240 : 0);
      r.label = 1 + k % 3;
      readings.push_back(r);
    }
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(readings), {});
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock)))
    EXPECT_LT(a.level, Level::medium) << static_cast<int>(a.kind);
}

}  // namespace
}  // namespace pidometer
