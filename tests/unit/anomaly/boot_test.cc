#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// Falls of the counter that no line tells: boots, wraps, or either.
namespace pidometer {
namespace {

using namespace edited;

constexpr Pid kRound = 32768 - 300;

/// Eight days of the server, whose counter comes to its end on day five in an interval that takes
/// `burst` PIDs more, `left` of which are beyond the end.
std::vector<Reading> wraps_with(Pid burst, Pid left) {
  std::vector<Reading> readings = Host{server, 0.4}.run(8 * kDay);
  const auto behind = std::ranges::find_if(
      readings, [&](const Reading& r) { return r.time >= at(5 * kDay + 12 * kHour); });
  const Pid start = 32768 - burst + left - (behind - 1)->pid;
  for (auto r = readings.begin(); r != readings.end(); ++r) {
    r->pid += start + (r >= behind ? burst : 0);
    if (r->pid >= 32768) r->pid -= kRound;
  }
  return readings;
}

std::vector<Anomaly> boots_of(std::vector<Reading> readings) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(std::move(readings), {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [](const Anomaly& a) { return a.kind != AnomalyKind::boot; });
  return found;
}

TEST(Boot, a_burst_at_a_wrap_may_be_one) {
  const std::vector<Anomaly> boots = boots_of(wraps_with(900, 200));
  ASSERT_EQ(boots.size(), 1U);
  EXPECT_TRUE(boots[0].counter_restarted);
  EXPECT_NEAR(static_cast<double>(boots[0].excess_if_wrapped), 900, 10);
  EXPECT_EQ(boots[0].level, Level::low);
}

TEST(Boot, far_from_the_counters_end_it_is_hardly_a_wrap) {
  const std::vector<Anomaly> boots = boots_of(wraps_with(9000, 200));
  ASSERT_EQ(boots.size(), 1U);
  EXPECT_NEAR(static_cast<double>(boots[0].excess_if_wrapped), 9000, 10);
  EXPECT_EQ(boots[0].level, Level::informational);
  const std::vector<Anomaly> half_round = boots_of(wraps_with(20000, 200));
  ASSERT_EQ(half_round.size(), 1U);
  EXPECT_EQ(half_round[0].excess_if_wrapped, 0);
}

// Each of its boots but this one left a line.
TEST(Boot, where_all_others_left_a_line_it_is_medium) {
  for (const int told : {2, 3}) {
    std::vector<Reading> readings = wraps_with(900, 200);
    Pid pid = readings.back().pid;
    for (int boot = 0; boot < told; ++boot) {
      Reading line;
      line.kind = ReadingKind::boot;
      line.time = at(8 * kDay + boot * kDay);
      line.pid = pid = 600;
      readings.push_back(line);
      for (Reading r : Host{server, 0.4}.run(kDay - kHour)) {
        r.time += std::chrono::minutes((8 + boot) * kDay + 5);
        r.pid += pid;
        readings.push_back(r);
      }
    }
    const std::vector<Anomaly> boots = boots_of(readings);
    ASSERT_EQ(boots.size(), static_cast<std::size_t>(told + 1));
    EXPECT_EQ(boots[0].level, told >= 3 ? Level::medium : Level::low);
    for (std::size_t i = 1; i < boots.size(); ++i) {
      EXPECT_EQ(boots[i].level, Level::informational);
      EXPECT_EQ(boots[i].excess_if_wrapped, 0);
    }
  }
}

// A machine that is off by night and leaves no line at its boots, one of which brings the counter
// further than it had come.
TEST(Boot, where_boots_leave_no_line_a_night_accuses_nobody) {
  std::vector<Reading> readings;
  for (std::int64_t day = 0; day < 20; ++day) {
    const Pid boot = day == 15 ? 4000 : 600 + static_cast<Pid>(day * 7 % 30);
    for (Reading r : Host{server, 0.4}.run(10 * kHour)) {
      r.time += std::chrono::minutes(day * kDay + 8 * kHour);
      r.pid += boot;
      readings.push_back(r);
    }
  }
  for (std::size_t i = 0; i < readings.size(); ++i)
    readings[i].record = static_cast<std::uint32_t>(i);
  const PidClock clock = build_pid_clock(readings, {});
  EXPECT_TRUE(clock.untold_boots);
  for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock)))
    EXPECT_LE(a.level, Level::low)
        << static_cast<int>(a.kind) << " " << a.window_start.time_since_epoch().count();
}

// The nightly job always takes so many.
TEST(Boot, what_the_same_jobs_take_elsewhere_is_a_wrap) {
  std::vector<Reading> readings = Host{server, 0.4}.run(8 * kDay);
  const auto nightly = [](const Reading& r) { return r.label == 4; };
  const auto fifth = std::ranges::find_if(
      readings, [&](const Reading& r) { return nightly(r) && r.time >= at(5 * kDay); });
  Pid more = 32768 - 300 - fifth->pid - 5 * 900;
  for (Reading& r : readings) {
    r.pid += more;
    if (nightly(r)) more += 900;
    if (r.pid >= 32768) r.pid -= kRound;
  }
  EXPECT_TRUE(boots_of(readings).empty());
}

}  // namespace
}  // namespace pidometer
