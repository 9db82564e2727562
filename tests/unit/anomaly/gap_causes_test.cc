#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/burst_chance.h"
#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// What else than removed lines, or a host that was down, may have left a gap. Schedules and costs
// are made up.
namespace pidometer {
namespace {

using namespace edited;

/// The PIDs that the jobs and the background took from kFrom to kTo.
Pid taken(const std::vector<Reading>& readings) {
  return pid_at(readings, kTo) - pid_at(readings, kFrom);
}

/// The host sleeps from kFrom to kTo, and `burst` PIDs are taken when it wakes.
std::vector<Reading> slept(std::vector<Reading> readings, Pid burst) {
  const Pid spent = taken(readings);
  cut(readings, kFrom, kTo);
  lower_pids(readings, kTo, spent);
  raise_pids(readings, kTo, burst);
  return readings;
}

TEST(BurstChance, is_that_of_a_size_of_which_nothing_is_known) {
  EXPECT_NEAR(burst_chance(1000, 1000, 50), std::log(1050.0 / 950) / std::log(10000.0), 1e-9);
  EXPECT_DOUBLE_EQ(burst_chance(1100, 1000, 0), burst_chance(900, 1000, 0));
  EXPECT_DOUBLE_EQ(burst_chance(1100, 1000, 0), burst_chance(1000, 1000, 100));
  EXPECT_LT(burst_chance(1000, 1000, 0), burst_chance(100, 100, 0));
  EXPECT_DOUBLE_EQ(burst_chance(2500, 1000, 10), 1);
  EXPECT_DOUBLE_EQ(burst_chance(0, 0, 0), 1);
}

// A host that slept hands out PIDs when it wakes: timers that are overdue, an upgrade.
TEST(GapCauses, of_a_host_that_slept_are_no_removed_lines) {
  for (const double noise : {0.0, 0.6, 2.0}) {
    const std::vector<Reading> readings = Host{server, noise}.run(10 * kDay);
    for (const double share : {0.6, 0.7, 1.3, 2.0, 5.0, 20.0}) {
      SCOPED_TRACE("noise " + std::to_string(noise) + ", share " + std::to_string(share));
      const auto burst = static_cast<Pid>(share * static_cast<double>(taken(readings)));
      const std::vector<Anomaly> found = gaps_of(slept(readings, burst));
      ASSERT_EQ(found.size(), 1U);
      EXPECT_NE(found[0].cause, GapCause::records_removed);
      if (share < 1) {
        EXPECT_EQ(found[0].level, Level::low);
      }
      if (share <= 1) continue;
      EXPECT_TRUE(found[0].may_be_burst);
      // the PIDs that no job explains are told, and judged, as ever
      if (share >= 2) {
        EXPECT_GE(found[0].level, Level::high);
      }
      if (share >= 2) {
        EXPECT_EQ(found[0].level, found[0].surplus_level);
      }
    }
  }
}

TEST(GapCauses, are_removed_lines_for_one_burst_of_twenty_at_most) {
  constexpr int kBursts = 100;
  const std::vector<Reading> readings = Host{server, 0.6}.run(10 * kDay);
  int accused = 0;
  for (int k = 0; k < kBursts; ++k) {
    const auto burst = static_cast<Pid>(std::pow(10, 4 * (k + 0.5) / kBursts));
    for (const Anomaly& a : gaps_of(slept(readings, burst)))
      accused += a.cause == GapCause::records_removed ? 1 : 0;
  }
  EXPECT_LE(accused, kBursts / 20);
}

// A wrap that takes more than the host may spend looks like a boot: both rows say so, or neither.
TEST(GapCauses, of_a_counter_that_fell_are_those_of_the_boot) {
  constexpr Pid kRound = 32768 - 300;
  int boots = 0;
  for (const Pid work : {400U, 1500U, 4000U, 20000U}) {
    SCOPED_TRACE(work);
    std::vector<Reading> readings = Host{server, 0.6}.run(10 * kDay);
    const Pid before = pid_at(readings, kFrom);
    raise_pids(readings, kFrom + 30, work);
    cut(readings, kFrom, kFrom + kHour);
    for (Reading& r : readings) r.pid = 300 + (r.pid + kRound - before - work / 2) % kRound;
    const std::vector<Anomaly> found = find(readings);
    const auto row = [&](AnomalyKind kind) {
      return std::ranges::find_if(found, [&](const Anomaly& a) {
        return a.kind == kind && a.window_start < at(kFrom) && a.window_end > at(kFrom);
      });
    };
    const auto boot = row(AnomalyKind::boot);
    const auto gap = row(AnomalyKind::record_gap);
    if (boot == found.end()) continue;
    ++boots;
    ASSERT_NE(gap, found.end());
    EXPECT_EQ(gap->excess_if_wrapped, boot->excess_if_wrapped);
    EXPECT_EQ(gap->cause, boot->excess_if_wrapped > 0 ? GapCause::unknown : GapCause::system_down);
    EXPECT_EQ(gap->level, boot->level);
    if (work < 16000) {
      EXPECT_NEAR(static_cast<double>(gap->excess_if_wrapped), work, 300);
    }
  }
  EXPECT_GE(boots, 2);
}

/// Twelve days of a host whose zone's offset changes at 02:00 of the seventh.
std::vector<Reading> over_a_change(std::int16_t before, std::int16_t behind, double noise) {
  return Host{server, noise, before, 7, 6 * kDay + kHour, behind}.run(12 * kDay);
}

// An hour more or less explains no hole of half a day.
TEST(GapCauses, of_a_hole_in_which_the_offset_changes) {
  for (const auto& [before, behind] : {std::pair{60, 120}, {120, 60}})
    for (const std::int64_t hours : {6, 12, 48})
      for (const Pid work : {0U, 5000U}) {
        SCOPED_TRACE(std::to_string(before) + ", " + std::to_string(hours) + " hours, " +
                     std::to_string(work) + " PIDs");
        const std::vector<Reading> whole = over_a_change(static_cast<std::int16_t>(before),
                                                         static_cast<std::int16_t>(behind), 0.6);
        EXPECT_TRUE(gaps_of(whole).empty());
        std::vector<Reading> readings = whole;
        const std::int64_t from = 6 * kDay + kHour + 2 - hours * kHour / 2;
        raise_pids(readings, from + kHour, work);
        cut(readings, from, from + hours * kHour);
        const std::size_t gone = whole.size() - readings.size();
        const std::vector<Anomaly> found = gaps_of(readings);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_LE(found[0].missing_records, gone);
        EXPECT_GE(found[0].missing_records, gone - 2 * gone / static_cast<std::size_t>(hours));
        if (work > 0) {
          EXPECT_GE(found[0].level, Level::high);
          EXPECT_NEAR(static_cast<double>(found[0].excess_pids), work, 300);
        }
        if (work == 0) {
          EXPECT_EQ(found[0].excess_pids, 0);
        }
        if (work == 0 && hours > 6) {
          EXPECT_EQ(found[0].cause, GapCause::records_removed);
        }
      }
}

// The daemon has rules of its own for the hour that vanishes or repeats.
TEST(GapCauses, of_the_hour_of_the_change_is_nothing_told) {
  for (const auto& [before, behind] : {std::pair{60, 120}, {120, 60}}) {
    std::vector<Reading> readings =
        over_a_change(static_cast<std::int16_t>(before), static_cast<std::int16_t>(behind), 0.6);
    cut(readings, 6 * kDay + kHour - 28, 6 * kDay + kHour + 32);
    EXPECT_TRUE(gaps_of(readings).empty());
  }
}

// A job's lines are gone, and with them the ticks that it has for itself: what the time costs with
// it is not what the short interval before the next of these costs.
TEST(AbsentJobs, cost_what_as_long_a_time_does_with_them) {
  const auto due = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    if (minute % 2 == 0) jobs.push_back(1);
    if (minute % 10 == 0) jobs.push_back(2);
    return jobs;
  };
  std::vector<Reading> readings = Host{due, 0.3}.run(20 * kDay);
  const std::int64_t from = 10 * kDay + 9 * kHour - 1;
  raise_pids(readings, from + 6 * kHour + 25, 30);
  std::erase_if(readings, [&](const Reading& r) {
    return r.label == 1 && r.time > at(from) && r.time < at(from + 9 * kHour);
  });
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(readings, {});
  int told = 0;
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock))) {
    if (a.kind != AnomalyKind::pid_excess || a.absent_labels.empty()) continue;
    ++told;
    EXPECT_EQ(a.absent_labels, std::vector<std::uint32_t>{1});
    EXPECT_NEAR(a.absent_expected, 6 * 3 + 10 * 0.3, 1);
  }
  EXPECT_GE(told, 1);
}

}  // namespace
}  // namespace pidometer
