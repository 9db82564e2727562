#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// Gaps that begin with a tick whose jobs stand nowhere else together, and gaps whose lines are
// late.
namespace pidometer {
namespace {

using namespace edited;

constexpr std::int64_t kFirst = kFrom - 2;  // minute of the tick that the gap begins with
constexpr std::uint32_t kOnce = 9;

/// The log of 14 days without the lines of three hours; `more` was handed out in them, or `less`.
std::vector<Reading> with_gap(Pid more, Pid less, double noise = 0) {
  std::vector<Reading> readings = Host{server, noise}.run(14 * kDay);
  cut(readings, kFrom, kTo);
  raise_pids(readings, kFrom, more);
  lower_pids(readings, kFrom, less);
  return readings;
}

void add_job(std::vector<Reading>& readings, std::uint32_t label) {
  const auto behind =
      std::ranges::find_if(readings, [](const Reading& r) { return r.time >= at(kFirst + 1); });
  Reading line = *(behind - 1);
  line.label = label;
  ++line.pid;
  readings.insert(behind, line);
}

/// PIDs that the jobs of the three hours took.
Pid spent() {
  const std::vector<Reading> whole = Host{server}.run(14 * kDay);
  return pid_at(whole, kTo) - pid_at(whole, kFrom);
}

Anomaly gap_of(const std::vector<Reading>& readings) {
  const std::vector<Anomaly> found = find(readings);
  EXPECT_EQ(found.size(), 1U);
  if (found.empty()) return {};
  EXPECT_EQ(found.front().kind, AnomalyKind::record_gap);
  return found.front();
}

// A job that ran once, just before cron was stopped, or the host suspended: its PIDs are no proof
// that lines were removed, nor of somebody's work.
TEST(GapFirstTick, an_unknown_job_accuses_nobody) {
  for (const Pid cost : {20U, 200U, 2000U}) {
    SCOPED_TRACE(cost);
    std::vector<Reading> readings = with_gap(cost, spent());
    add_job(readings, kOnce);
    const Anomaly gap = gap_of(readings);
    EXPECT_LE(gap.level, Level::low);
    EXPECT_NE(gap.cause, GapCause::records_removed);
  }
}

// The row stays where such a line was put before removed ones, and says why it is low.
TEST(GapFirstTick, an_unknown_job_hides_no_gap) {
  std::vector<Reading> readings = with_gap(2000, 0);
  EXPECT_EQ(gap_of(with_gap(0, 0)).cause, GapCause::records_removed);
  EXPECT_TRUE(gap_of(readings).may_be_burst);
  EXPECT_GE(gap_of(readings).level, Level::high);
  add_job(readings, kOnce);
  const Anomaly gap = gap_of(readings);
  EXPECT_EQ(gap.cause, GapCause::unknown);
  EXPECT_EQ(gap.level, Level::low);
  EXPECT_EQ(gap.level_bound, LevelBound::unknown_job);
  EXPECT_NEAR(static_cast<double>(gap.excess_pids), 2000, 20);
}

// What took nothing took nothing, whatever stands in the first tick.
TEST(GapFirstTick, where_no_pids_were_handed_out_the_host_was_suspended) {
  std::vector<Reading> readings = with_gap(3, spent());
  add_job(readings, kOnce);
  EXPECT_EQ(gap_of(readings).cause, GapCause::suspended_or_clock_set);
}

// Jobs that stand elsewhere, though never together, are known from there.
TEST(GapFirstTick, known_jobs_in_a_new_set_cost_what_they_do_elsewhere) {
  std::vector<Reading> readings = with_gap(3, 0);
  add_job(readings, 3);
  const Anomaly gap = gap_of(readings);
  EXPECT_EQ(gap.cause, GapCause::records_removed);
  EXPECT_GE(gap.level, Level::high);
  EXPECT_EQ(gap.excess_pids, 0);
  // and a dear one among them takes its own PIDs, cron stopped
  readings = Host{server}.run(14 * kDay);
  Pid more = 0;
  for (Reading& r : readings) {
    r.pid += more;
    if (r.label == 3) more += 200;
  }
  const Pid jobs = pid_at(readings, kTo) - pid_at(readings, kFrom);
  cut(readings, kFrom, kTo);
  lower_pids(readings, kFrom, jobs - 200);
  add_job(readings, 3);
  const Anomaly dear = gap_of(readings);
  EXPECT_NE(dear.cause, GapCause::records_removed);
  EXPECT_LE(dear.level, Level::low);
}

/// A job of every minute, and an hourly one; `late` ticks in a row stand three minutes behind.
std::vector<Reading> with_late_ticks(std::uint64_t seed, std::int64_t late, Pid work) {
  const auto due = [](std::int64_t minute) {
    return minute % kHour == 17 ? std::vector<std::uint32_t>{1, 2} : std::vector<std::uint32_t>{1};
  };
  std::vector<Reading> readings = Host{due, 0.2, 0, seed}.run(7 * kDay);
  if (work > 0) raise_pids(readings, 3 * kDay + 1, work);
  for (Reading& r : readings)
    if (r.time >= at(3 * kDay) && r.time < at(3 * kDay + late))
      r.time = at(3 * kDay + late + 2) + std::chrono::seconds(20);
  std::ranges::stable_sort(readings, {}, &Reading::time);
  return readings;
}

// The syslog daemon was slow: the lines are there, though not where they belong.
TEST(GapLateLines, what_stands_behind_it_is_not_missing) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    for (const std::int64_t late : {1, 2, 3, 5})
      for (const Anomaly& a : find(with_late_ticks(seed, late, 0))) {
        EXPECT_NE(a.kind, AnomalyKind::record_gap) << seed << ' ' << late;
        EXPECT_LE(a.level, Level::low) << seed << ' ' << late;
      }
}

// Work in the gap is, and lines that are nowhere are missing beside others that are late.
TEST(GapLateLines, hide_no_work_and_no_other_lines) {
  std::vector<Anomaly> found = find(with_late_ticks(1, 3, 300));
  EXPECT_TRUE(std::ranges::any_of(found, [](const Anomaly& a) {
    return a.kind == AnomalyKind::record_gap && a.level >= Level::medium && a.excess_pids > 250;
  }));
  std::vector<Reading> readings = with_late_ticks(1, 6, 0);
  std::erase_if(readings, [n = 0](const Reading& r) mutable {
    return r.time == at(3 * kDay + 8) + std::chrono::seconds(20) && ++n <= 4;
  });
  found = find(readings);
  const auto gap = std::ranges::find(found, AnomalyKind::record_gap, &Anomaly::kind);
  ASSERT_NE(gap, found.end());
  EXPECT_EQ(gap->cause, GapCause::records_removed);
  EXPECT_EQ(gap->missing_records, 4U);
  EXPECT_GE(gap->level, Level::high);
}

}  // namespace
}  // namespace pidometer
