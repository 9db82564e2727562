#include "plugin/baseline/day_profile.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 2 / 2026};

/// A log of `days` days, one behind the other, so often from the first on: each has an interval in
/// all five minutes, and from eight to six many PIDs.
bool learns_hours(std::uint32_t days, std::uint32_t times) {
  PidClock clock;
  std::vector<LevelPiece> pieces;
  for (std::uint32_t k = 0; k < days * times; ++k)
    for (std::uint32_t minute = 0; minute < 24 * 60; minute += 5) {
      Tick tick;
      tick.time = kStart + std::chrono::minutes(k % days * 24 * 60 + minute);
      tick.minute = static_cast<std::uint16_t>(minute);
      clock.ticks.push_back(tick);
      Interval interval;
      interval.state = IntervalState::judged;
      interval.seconds = 300;
      clock.intervals.push_back(interval);
      const bool busy = minute >= 8 * 60 && minute < 18 * 60;
      const std::uint32_t chance = (k * 7 + minute / 5 * 13) % 5;
      pieces.push_back({static_cast<float>(chance + (busy ? 100 : 10)), 300});
    }
  return DayProfile::learn(clock, pieces, DayKinds::alike).used();
}

TEST(DayProfile, TellsTheHoursOfFiveDays) {
  EXPECT_TRUE(learns_hours(6, 1));
  EXPECT_FALSE(learns_hours(2, 1));
}

// A clock that goes to and fro, or a log that says so, makes no days.
TEST(DayProfile, ADayToWhichTheClockGoesBackIsTheSameOne) {
  EXPECT_FALSE(learns_hours(2, 8));
  EXPECT_TRUE(learns_hours(6, 2));
}

}  // namespace
}  // namespace pidometer
