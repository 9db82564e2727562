#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// Lines whose times were edited, and clocks that were set. Schedules are made up.
namespace pidometer {
namespace {

using namespace edited;

// Ticks at uneven distances: the neighbours of an edited one may be further apart than those
// beside.
TEST(RecordOutOfSequence, the_time_of_any_line) {
  const auto uneven = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    for (const auto& [label, at] :
         {std::pair{1U, 0}, {2U, 1}, {3U, 5}, {1U, 10}, {4U, 10}, {5U, 10}, {1U, 30}, {3U, 35}})
      if (minute % kHour == at) jobs.push_back(label);
    return jobs;
  };
  const std::vector<Reading> readings = Host{uneven, 0.1}.run(8 * kDay);
  for (std::size_t victim = 500; victim < 516; ++victim)
    for (const std::int64_t by :
         {-kDay, -3 * kHour, -2 * kHour - 7, -45L, 45L, 2 * kHour + 7, 3 * kHour, kDay}) {
      SCOPED_TRACE("line " + std::to_string(victim) + " by " + std::to_string(by));
      std::vector<Reading> edited = readings;
      edited[victim].time += std::chrono::minutes(by);
      const std::vector<Anomaly> found = find(edited);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind, AnomalyKind::record_out_of_sequence);
      EXPECT_EQ(found[0].fault, SequenceFault::time);
      EXPECT_EQ(found[0].first_record, victim);
    }
}

// Ticks at minutes that tell which are theirs.
std::vector<std::uint32_t> telling(std::int64_t minute) {
  std::vector<std::uint32_t> jobs;
  for (const auto& [label, at] :
       {std::pair{1U, 0}, {2U, 4}, {3U, 11}, {1U, 20}, {3U, 31}, {4U, 33}, {1U, 40}, {5U, 52}})
    if (minute % kHour == at) jobs.push_back(label);
  return jobs;
}

TEST(RecordOutOfSequence, the_times_of_some_lines_in_a_row) {
  const std::vector<Reading> readings = Host{telling, 0.1}.run(10 * kDay);
  for (const std::size_t count : {2U, 3U, 9U, 30U})
    for (const std::int64_t by : {-kDay - 7, -5 * kHour - 13, 5 * kHour + 7, kDay + 13}) {
      SCOPED_TRACE(std::to_string(count) + " lines by " + std::to_string(by));
      std::vector<Reading> edited = readings;
      for (std::size_t i = 0; i < count; ++i) edited[900 + i].time += std::chrono::minutes(by);
      const std::vector<Anomaly> found = find(edited);
      ASSERT_EQ(found.size(), count);
      for (const Anomaly& a : found) {
        EXPECT_EQ(a.kind, AnomalyKind::record_out_of_sequence);
        EXPECT_EQ(a.fault, SequenceFault::time);
        EXPECT_EQ(a.level, Level::medium);
      }
    }
}

// The daemon runs its jobs at the minutes that a wrong clock shows.
TEST(RecordOutOfSequence, a_clock_that_was_set_and_set_back_edits_nothing) {
  for (const std::int64_t by : {-5 * kHour - 13, 5 * kHour + 7})
    for (const std::int64_t length : {20, 100, 300}) {
      const std::int64_t from = 5 * kDay + 2;
      const auto wrong = [&](std::int64_t minute) {
        return minute >= from && minute < from + length;
      };
      std::vector<Reading> readings =
          Host{[&](std::int64_t minute) { return telling(minute + (wrong(minute) ? by : 0)); }, 0.1}
              .run(10 * kDay);
      for (Reading& r : readings)
        if (wrong((r.time - kMonday) / std::chrono::minutes(1))) r.time += std::chrono::minutes(by);
      for (const Anomaly& a : find(readings))
        EXPECT_NE(a.kind, AnomalyKind::record_out_of_sequence) << by << " for " << length;
    }
}

}  // namespace
}  // namespace pidometer
