#include "plugin/pid_clock/minute_calendar.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/unit/pid_clock/made_ticks.h"

namespace pidometer {
namespace {

std::vector<Tick> ticks_at(std::initializer_list<LocalMinute> minutes) {
  std::vector<Tick> ticks;
  for (const LocalMinute minute : minutes) ticks.push_back(tick_at(minute));
  return ticks;
}

TEST(LocalMinuteOf, is_the_minute_of_the_first_reading) {
  Tick tick = tick_at(10 * kLocalDay);
  tick.time += std::chrono::seconds(59);
  EXPECT_EQ(local_minute_of(tick), 10 * kLocalDay);
  // its time is that of another line, a second before midnight
  tick.time = Timestamp(std::chrono::minutes(10 * kLocalDay)) - std::chrono::seconds(1);
  EXPECT_EQ(local_minute_of(tick), 10 * kLocalDay);
  EXPECT_EQ(local_day_of(tick), 10);
  // the first reading was written before midnight, and the one that counts behind it
  tick = tick_at(10 * kLocalDay);
  tick.minute = kLocalDay - 1;
  EXPECT_EQ(local_minute_of(tick), 10 * kLocalDay - 1);
  EXPECT_EQ(local_day_of(tick), 9);
}

TEST(LocalMinuteOf, follows_the_hosts_own_clock) {
  Tick tick = tick_at(10 * kLocalDay + 60);
  tick.utc_offset_minutes = -90;
  tick.minute = kLocalDay - 30;
  EXPECT_EQ(local_minute_of(tick), 10 * kLocalDay - 30);
  EXPECT_EQ(local_day_of(tick), 9);
}

TEST(MinuteCalendar, knows_the_minutes_in_use) {
  const MinuteCalendar calendar(ticks_at({1000, 1063, 1064, 1200, 1127}));
  ASSERT_TRUE(calendar.known());
  for (LocalMinute minute = 900; minute < 1300; ++minute) {
    const bool used =
        minute == 1000 || minute == 1063 || minute == 1064 || minute == 1127 || minute == 1200;
    EXPECT_EQ(calendar.used(minute), used) << minute;
    EXPECT_EQ(calendar.covers(minute), minute >= 1000 && minute <= 1200) << minute;
  }
}

TEST(MinuteCalendar, gives_sixty_four_minutes_at_once) {
  const MinuteCalendar calendar(ticks_at({1000, 1063, 1064, 1127, 1200}));
  for (LocalMinute first = 900; first < 1300; ++first) {
    std::uint64_t want = 0;
    for (unsigned bit = 0; bit < 64; ++bit)
      if (calendar.used(first + bit)) want |= std::uint64_t{1} << bit;
    EXPECT_EQ(calendar.used_from(first), want) << first;
  }
}

TEST(MinuteCalendar, tells_whether_a_stretch_has_any) {
  const MinuteCalendar calendar(ticks_at({1000, 1063, 1064, 1127, 1200}));
  for (LocalMinute first = 900; first < 1300; first += 7)
    for (LocalMinute last = first - 2; last < 1300; ++last) {
      bool any = false;
      for (LocalMinute minute = first; minute <= last; ++minute) any |= calendar.used(minute);
      ASSERT_EQ(calendar.any_used(first, last), any) << first << " to " << last;
    }
}

TEST(MinuteCalendar, of_a_broken_clock_knows_nothing) {
  EXPECT_FALSE(MinuteCalendar({}).known());
  const MinuteCalendar calendar(ticks_at({0, 300 * 366 * kLocalDay}));
  EXPECT_FALSE(calendar.known());
  EXPECT_FALSE(calendar.used(0));
  EXPECT_FALSE(calendar.covers(0));
  EXPECT_EQ(calendar.used_from(0), 0U);
  EXPECT_FALSE(calendar.any_used(0, 1));
}

// A table where the ticks are close, a list where they are far apart: the same answers.
TEST(TickIndex, finds_the_first_tick_of_a_minute) {
  for (const LocalMinute step : {1, 3, 5, 1000}) {
    std::vector<Tick> ticks;
    for (LocalMinute i = 0; i < 50; ++i) ticks.push_back(tick_at(7000 + step * i));
    ticks.push_back(tick_at(7000 + step * 20));  // a clock that was set back
    const TickIndex index(ticks);
    for (LocalMinute i = 0; i < 50; ++i)
      EXPECT_EQ(index.at(7000 + step * i), static_cast<std::uint32_t>(i)) << step;
    EXPECT_EQ(index.at(6999), kNoTick);
    EXPECT_EQ(index.at(7000 + step * 50), kNoTick);
    EXPECT_EQ(index.at(-1), kNoTick);
    if (step > 1) {
      EXPECT_EQ(index.at(7001), kNoTick);
    }
  }
  EXPECT_EQ(TickIndex({}).at(0), kNoTick);
}

TEST(TickIndex, finds_the_nearest_tick_before_and_behind) {
  for (const LocalMinute step : {1, 3, 50, 1000}) {
    std::vector<Tick> ticks;
    for (const LocalMinute i : {0, 1, 3, 3, 4}) ticks.push_back(tick_at(7000 + step * i));
    const TickIndex index(ticks);
    const LocalMinute third = 7000 + step * 3;
    EXPECT_EQ(index.before(third, step * 2), 1U) << step;
    EXPECT_EQ(index.before(third, step * 2 - 1), kNoTick) << step;
    EXPECT_EQ(index.before(third + step, step), 2U) << step;  // the first of its minute
    EXPECT_EQ(index.behind(7000 + step, step * 2), 2U) << step;
    EXPECT_EQ(index.behind(7000 + step, step * 2 - 1), kNoTick) << step;
    EXPECT_EQ(index.before(7000, 60), kNoTick) << step;
    EXPECT_EQ(index.behind(7000 + step * 4, 60), kNoTick) << step;
  }
  EXPECT_EQ(TickIndex({}).before(0, 60), kNoTick);
  EXPECT_EQ(TickIndex({}).behind(0, 60), kNoTick);
}

}  // namespace
}  // namespace pidometer
