#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "plugin/baseline/baseline.h"

namespace pidometer {
namespace {

/// A job every ten minutes of a host that works from nine to five, Monday to Friday, by its own
/// clock, which is so far east of UTC. Eight weeks from Monday, 1 March 2021.
std::vector<Reading> office(int offset_minutes) {
  constexpr Timestamp kMonday = std::chrono::sys_days{std::chrono::March / 1 / 2021};
  constexpr int kDays = 8 * 7;
  std::vector<Reading> readings;
  Pid pid = 1000;
  for (int i = 0; i < kDays * 144; ++i) {
    Reading r;
    r.time = kMonday + std::chrono::minutes(10 * i - offset_minutes);
    r.utc_offset_minutes = static_cast<std::int16_t>(offset_minutes);
    r.label = 1;
    r.record = static_cast<std::uint32_t>(i);
    r.pid = pid;
    readings.push_back(r);
    const int hour = i / 6 % 24;
    const bool works = i / 144 % 7 < 5 && hour >= 9 && hour < 17;
    const auto some = static_cast<Pid>(i * 7919 % 5);
    pid += works ? 60 + 4 * some : 4 + some;
    if (pid >= 32768) pid -= 32768 - 300;
  }
  return readings;
}

// Weekends are those of the host's own calendar: of Auckland's summer, Apia's and Kiritimati's too,
// and of Honolulu, Pago Pago and the island of Baker.
TEST(LocalLevel, IsTheSameWhereverTheHostStands) {
  const PidClock greenwich = build_pid_clock(office(0), {});
  const Baseline at_zero = learn_baseline(greenwich);
  ASSERT_TRUE(at_zero.level.used());
  for (const int hours : {-12, -11, -10, 12, 13, 14}) {
    SCOPED_TRACE(hours);
    const PidClock clock = build_pid_clock(office(60 * hours), {});
    const Baseline baseline = learn_baseline(clock);
    ASSERT_EQ(clock.ticks.size(), greenwich.ticks.size());
    std::size_t others = 0;
    for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i)
      others += baseline.level.rate(i, i + 1) != at_zero.level.rate(i, i + 1) ? 1U : 0U;
    EXPECT_EQ(others, 0U);
  }
}

}  // namespace
}  // namespace pidometer
