#include "plugin/pid_clock/tick_gaps.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/unit/pid_clock/made_ticks.h"

namespace pidometer {
namespace {

// Midnight of Thursday, 1 January 2015.
constexpr LocalMinute kBegin = 16436 * kLocalDay;

// A schedule as ticks of `days` days: `due` says whether one runs at a minute of the log.
template <typename Due>
std::vector<Tick> ticks_of(LocalMinute days, Due due) {
  std::vector<Tick> ticks;
  for (LocalMinute minute = 0; minute < days * kLocalDay; ++minute)
    if (due(minute)) ticks.push_back(tick_at(kBegin + minute));
  return ticks;
}

std::vector<TickGap> gaps_of(const std::vector<Tick>& ticks) {
  return find_tick_gaps(ticks, MinuteCalendar(ticks));
}

bool hourly(LocalMinute minute) {
  return minute % kLocalHour == 17;
}

TEST(FindTickGaps, a_kept_schedule_has_none) {
  EXPECT_TRUE(gaps_of(ticks_of(5, hourly)).empty());
  EXPECT_TRUE(gaps_of({}).empty());
}

TEST(FindTickGaps, an_hourly_job_that_lacks_hours) {
  // from 08:17 to 10:17 of the third day
  const LocalMinute from = 2 * kLocalDay + 8 * kLocalHour;
  const std::vector<Tick> ticks = ticks_of(
      5, [&](LocalMinute at) { return hourly(at) && (at < from || at >= from + 3 * kLocalHour); });
  const std::vector<TickGap> gaps = gaps_of(ticks);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].tick, 2U * 24 + 7);
  EXPECT_EQ(gaps[0].missing, 3U);
  ASSERT_EQ(gaps[0].references.size(), 3U);
  for (const std::uint32_t reference : gaps[0].references) {
    ASSERT_LT(reference, ticks.size());
    EXPECT_EQ(ticks[reference].minute % kLocalHour, 17);
  }
  ASSERT_LT(gaps[0].own_reference, ticks.size());
  EXPECT_EQ(ticks[gaps[0].own_reference].minute % kLocalHour, 17);
  EXPECT_NE(gaps[0].own_reference, gaps[0].tick);
}

TEST(FindTickGaps, a_daily_job_that_lacks_a_day) {
  const std::vector<Tick> ticks =
      ticks_of(12, [](LocalMinute at) { return at % kLocalDay == 245 && at / kLocalDay != 6; });
  const std::vector<TickGap> gaps = gaps_of(ticks);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].tick, 5U);
  EXPECT_EQ(gaps[0].missing, 1U);
}

TEST(FindTickGaps, a_gap_of_the_week_before_excuses_nothing) {
  const LocalMinute first = 20 * kLocalDay + 11 * kLocalHour;
  const LocalMinute second = 27 * kLocalDay + 2 * kLocalHour;
  const std::vector<Tick> ticks = ticks_of(42, [&](LocalMinute at) {
    const bool lost = (at > first && at < first + 42 * kLocalHour) ||
                      (at > second && at < second + 30 * kLocalHour);
    return hourly(at) && !lost;
  });
  const std::vector<TickGap> gaps = gaps_of(ticks);
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].missing, 42U);
  EXPECT_EQ(gaps[1].missing, 30U);
}

TEST(FindTickGaps, a_job_that_gives_up_its_saturdays_lacks_nothing) {
  const std::vector<Tick> ticks = ticks_of(60, [](LocalMinute at) {
    const bool saturday = (at / kLocalDay + 4) % 7 == 6;
    return at % kLocalHour == 47 || (hourly(at) && (!saturday || at < 30 * kLocalDay));
  });
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(FindTickGaps, a_schedule_that_was_changed_lacks_nothing) {
  // beside a job every ten minutes the hourly one stops on the third day
  const std::vector<Tick> ticks = ticks_of(
      6, [](LocalMinute at) { return at % 10 == 0 || (hourly(at) && at < 2 * kLocalDay + 300); });
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(FindTickGaps, a_working_day_that_is_missing) {
  const std::vector<Tick> ticks = ticks_of(84, [](LocalMinute at) {
    const LocalMinute weekday = (at / kLocalDay + 4) % 7;
    return at % kLocalDay == 600 && weekday != 6 && weekday != 0 && at / kLocalDay != 13;
  });
  const std::vector<TickGap> gaps = gaps_of(ticks);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].missing, 1U);
}

TEST(FindTickGaps, working_days_are_a_schedule) {
  // Monday to Friday; the fourth day is a Sunday
  const std::vector<Tick> ticks = ticks_of(28, [](LocalMinute at) {
    const LocalMinute weekday = (at / kLocalDay + 4) % 7;
    return at % kLocalDay == 600 && weekday != 6 && weekday != 0;
  });
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(FindTickGaps, a_line_that_was_late_is_no_missing_one) {
  const LocalMinute late = 2 * kLocalDay + 8 * kLocalHour + 17;
  const std::vector<Tick> ticks =
      ticks_of(5, [&](LocalMinute at) { return at == late + 1 || (hourly(at) && at != late); });
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(FindTickGaps, the_hour_of_daylight_saving_lacks_nothing) {
  // by the wall clock 02:00 to 03:00 of the third day is not there
  const LocalMinute change = 2 * kLocalDay + 2 * kLocalHour;
  std::vector<Tick> ticks = ticks_of(5, [](LocalMinute at) { return at % 10 == 0; });
  for (Tick& tick : ticks) {
    if (local_minute_of(tick) - kBegin < change) continue;
    tick.utc_offset_minutes = kLocalHour;
    tick.minute = static_cast<std::uint16_t>((tick.minute + kLocalHour) % kLocalDay);
  }
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(FindTickGaps, what_keeps_to_no_minute_has_no_gaps) {
  // once in some fifty minutes, whenever the one before was done
  const std::vector<Tick> ticks =
      ticks_of(10, [next = LocalMinute{0}, n = LocalMinute{0}](LocalMinute at) mutable {
        if (at < next) return false;
        ++n;
        next = at + 41 + n * n % 23;
        return true;
      });
  ASSERT_GT(ticks.size(), 200U);
  EXPECT_TRUE(gaps_of(ticks).empty());
}

TEST(TicksDue, counts_those_of_the_schedule) {
  const std::vector<Tick> ticks = ticks_of(5, hourly);
  const Timestamp last = ticks.back().time;
  EXPECT_EQ(ticks_due(ticks, last + std::chrono::minutes(30)), 0U);
  EXPECT_EQ(ticks_due(ticks, last + std::chrono::minutes(65)), 1U);
  EXPECT_EQ(ticks_due(ticks, last + std::chrono::minutes(200)), 3U);
  EXPECT_EQ(ticks_due(ticks, last - std::chrono::minutes(200)), 0U);
  EXPECT_EQ(ticks_due({}, last), 0U);
}

}  // namespace
}  // namespace pidometer
