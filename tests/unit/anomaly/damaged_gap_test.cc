#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// What damage beside a gap explains, and what not. Schedules and costs are made up.
namespace pidometer {
namespace {

using namespace edited;

// Damage explains why lines are missing, whoever did it; it hands out no PIDs.
TEST(DamagedGap, damage_explains_lines_and_no_pids) {
  for (const Loss loss : {Loss::damaged, Loss::unparsed})
    for (const Pid burst : {0U, 8000U}) {
      std::vector<Reading> readings = Host{plain, 0.6}.run(14 * kDay);
      raise_pids(readings, kFrom + 4, burst);
      cut(readings, kFrom, kFrom + 18);
      std::ranges::find_if(readings, [](const Reading& r) {
        return r.time > at(kFrom);
      })->lost_before = loss;
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].cause, GapCause::evidence_damaged);
      EXPECT_EQ(found[0].level, burst == 0 ? Level::informational : Level::medium);
      EXPECT_NEAR(static_cast<double>(found[0].excess_pids), burst, burst == 0 ? 0 : 30);
    }
}

// A line of the tick itself may be among those that are lost: what the dearest tick at that minute
// costs is nobody's work.
TEST(DamagedGap, a_damaged_tick_may_have_lost_its_dearest_job) {
  const auto dear_by_night = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs = plain(minute);
    if (minute % kDay == 4 * kHour) jobs.push_back(9);
    return jobs;
  };
  for (const Loss loss : {Loss::damaged, Loss::unparsed}) {
    std::vector<Reading> readings = Host{dear_by_night, 0.6}.run(14 * kDay);
    // what the job of label 9 does: 300 PIDs behind each of its runs
    for (std::int64_t day = 0; day < 14; ++day)
      raise_pids(readings, day * kDay + 4 * kHour + 1, 300);
    const auto lost = std::ranges::find_if(readings, [](const Reading& r) {
      return r.time >= at(10 * kDay + 4 * kHour) && r.label == 9;
    });
    ASSERT_NE(lost, readings.end());
    (lost + 1)->lost_before = loss;
    readings.erase(lost);
    for (const Anomaly& a : gaps_of(readings)) EXPECT_LT(a.level, Level::medium);
  }
}

// What a tick's jobs do lies behind their PIDs: damage before a tick explains nothing of it.
TEST(DamagedGap, a_whole_tick_behind_damage_costs_nothing_before_it) {
  const auto dear_by_night = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs = plain(minute);
    if (minute % kDay == 4 * kHour + 2) jobs = {9};
    return jobs;
  };
  for (const Loss loss : {Loss::damaged, Loss::unparsed})
    for (const Pid work : {0U, 120U}) {
      std::vector<Reading> readings = Host{dear_by_night, 0.1}.run(14 * kDay);
      for (std::int64_t day = 0; day < 14; ++day)
        raise_pids(readings, day * kDay + 4 * kHour + 3, 300);
      raise_pids(readings, 10 * kDay + 4 * kHour + 2, work);
      const auto lost = std::ranges::find_if(
          readings, [](const Reading& r) { return r.time >= at(10 * kDay + 4 * kHour + 1); });
      (lost + 1)->lost_before = loss;
      ASSERT_EQ((lost + 1)->label, 9U);
      readings.erase(lost);
      const std::vector<Anomaly> found = gaps_of(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_NEAR(found[0].expected_pids, 6.2, 1);
      EXPECT_EQ(found[0].level, work == 0 ? Level::informational : Level::medium);
      EXPECT_NEAR(static_cast<double>(found[0].excess_pids), work, work == 0 ? 0 : 3);
    }
}

// The first jobs of the tick behind the gap are lost with it, and their PIDs lie before those that
// are left.
TEST(DamagedGap, a_tick_behind_damage_may_have_lost_its_first_jobs) {
  const auto many_at_once = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    if (minute % 10 == 0) jobs = {1};
    if (minute % kHour == 30) jobs = {1, 2, 3, 4, 5, 6, 7, 8};
    return jobs;
  };
  for (std::uint32_t left = 1; left < 8; ++left) {
    SCOPED_TRACE(left);
    std::vector<Reading> readings = Host{many_at_once, 0.05}.run(14 * kDay);
    const std::int64_t half = 10 * kDay + 4 * kHour + 30;
    std::erase_if(readings, [&](const Reading& r) {
      return r.time >= at(half - 5) && r.time < at(half + 1) && r.label <= 8 - left;
    });
    std::ranges::find_if(readings, [&](const Reading& r) {
      return r.time >= at(half - 5);
    })->lost_before = Loss::damaged;
    for (const Anomaly& a : gaps_of(readings)) EXPECT_LT(a.level, Level::medium);
  }
}

}  // namespace
}  // namespace pidometer
