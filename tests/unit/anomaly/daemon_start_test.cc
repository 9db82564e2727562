#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// STARTUP lines between PIDs that go on: a restart of cron alone, or what somebody forged.
namespace pidometer {
namespace {

using namespace edited;

/// A week of the server from PID `first` on, with a STARTUP line of a PID that fits (or of
/// `startup`), and `pids` handed out beside the jobs in its interval.
std::vector<Anomaly> with_startup(Pid first, Pid pids, std::optional<Pid> startup = {},
                                  std::int64_t from = kFrom) {
  Host host{server, 0.4};
  std::vector<Reading> readings = host.run(7 * kDay);
  for (Reading& r : readings) r.pid += first + (r.time >= at(from) ? pids : 0);
  const auto behind =
      std::ranges::find_if(readings, [&](const Reading& r) { return r.time >= at(from); });
  Reading line;
  line.time = at(from - 1);
  line.pid = startup.value_or((behind - 1)->pid + 4 + pids / 2);
  line.kind = ReadingKind::boot;
  readings.insert(behind, line);
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(readings), {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [&](const Anomaly& a) {
    return a.window_start > at(from) || a.window_end < at(from - 5);
  });
  return found;
}

const Anomaly* first_of(const std::vector<Anomaly>& found, AnomalyKind kind) {
  const auto at = std::ranges::find(found, kind, &Anomaly::kind);
  return at == found.end() ? nullptr : &*at;
}

TEST(DaemonStart, what_is_beyond_its_cost_is_an_excess) {
  for (const Pid pids : {Pid{150}, Pid{300}, Pid{900}}) {
    SCOPED_TRACE(pids);
    const std::vector<Anomaly> found = with_startup(9000, pids);
    const Anomaly* const excess = first_of(found, AnomalyKind::pid_excess);
    ASSERT_NE(excess, nullptr);
    EXPECT_GE(excess->level, Level::medium);
    EXPECT_TRUE(excess->restarted);
    EXPECT_NEAR(static_cast<double>(excess->excess_pids), pids - kDaemonStartPids, 10);
    const Anomaly* const start = first_of(found, AnomalyKind::boot);
    ASSERT_NE(start, nullptr);
    EXPECT_FALSE(start->counter_restarted);
  }
}

TEST(DaemonStart, its_own_cost_is_none) {
  for (const Pid pids : {Pid{0}, Pid{7}, Pid{30}, Pid{58}})
    for (const Anomaly& a : with_startup(9000, pids))
      EXPECT_TRUE(a.kind == AnomalyKind::boot || a.level == Level::informational) << pids;
}

// A boot may have brought the counter a little further than it had come before: worth a look.
TEST(DaemonStart, where_it_may_be_a_boot_the_excess_is_low) {
  const std::vector<Anomaly> found = with_startup(0, 900, std::nullopt, kDay + 2);
  const Anomaly* const excess = first_of(found, AnomalyKind::pid_excess);
  ASSERT_NE(excess, nullptr);
  EXPECT_EQ(excess->level, Level::low);
  EXPECT_TRUE(excess->may_be_boot);
}

TEST(DaemonStart, a_line_whose_pid_does_not_fit_hides_nothing) {
  const std::vector<Anomaly> found = with_startup(9000, 300, 700);
  const Anomaly* const excess = first_of(found, AnomalyKind::pid_excess);
  ASSERT_NE(excess, nullptr);
  EXPECT_GE(excess->level, Level::medium);
  EXPECT_EQ(first_of(found, AnomalyKind::boot), nullptr);
  const Anomaly* const line = first_of(found, AnomalyKind::record_out_of_sequence);
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->first_pid, 700U);
  EXPECT_EQ(line->fault, SequenceFault::pid);
}

// Lines removed and a start forged behind them: cron may have been stopped, but that explains no
// more than the jobs.
TEST(DaemonStart, does_not_explain_a_gap_of_more_than_all_jobs) {
  for (const Pid more : {Pid{0}, Pid{1500}}) {
    Host host{server, 0.4};
    std::vector<Reading> readings = host.run(7 * kDay);
    cut(readings, kFrom, kTo);
    for (Reading& r : readings) r.pid += 9000 + (r.time >= at(kTo) ? more : 0);
    const auto behind =
        std::ranges::find_if(readings, [](const Reading& r) { return r.time >= at(kTo); });
    Reading line;
    line.time = at(kTo - 1);
    line.pid = behind->pid - 2;
    line.kind = ReadingKind::boot;
    readings.insert(behind, line);
    std::vector<Anomaly> found = find(readings);
    const Anomaly* const gap = first_of(found, AnomalyKind::record_gap);
    ASSERT_NE(gap, nullptr);
    EXPECT_EQ(gap->cause, more > 0 ? GapCause::unknown : GapCause::cron_stopped);
    EXPECT_EQ(gap->level, more > 0 ? Level::critical : Level::low);
  }
}

}  // namespace
}  // namespace pidometer
