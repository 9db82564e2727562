#include "plugin/crontab/cron_schedule.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

using namespace std::chrono;

std::vector<unsigned> set_in(const auto& bits) {
  std::vector<unsigned> out;
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits.test(i)) out.push_back(static_cast<unsigned>(i));
  return out;
}

CronSchedule read(std::string_view text) {
  const char* wrong = nullptr;
  const auto schedule = take_schedule(text, wrong);
  EXPECT_TRUE(schedule) << wrong;
  return schedule.value_or(CronSchedule());
}

TEST(CronSchedule, MinutesInAllTheirForms) {
  struct Case {
    std::string field;
    std::vector<unsigned> want;
    bool doubt = false;
  };
  const std::vector<Case> cases = {
      {"0", {0}},
      {"01", {1}},
      {"59", {59}},
      {"5,10,5", {5, 10}},
      {"10-13", {10, 11, 12, 13}},
      {"10-20/5", {10, 15, 20}},
      {"*/20", {0, 20, 40}},
      {"0-4/2,30", {0, 2, 4, 30}},
      {"*/70", {0}},
      {"58~59", {58, 59}, true},
      {"58~", {58, 59}, true},
      {"7/20", {7}, true},
      {"20-10", {}, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.field);
    const CronSchedule schedule = read(c.field + " * * * * x");
    EXPECT_EQ(set_in(schedule.minutes), c.want);
    EXPECT_EQ(schedule.doubt != nullptr, c.doubt);
  }
}

TEST(CronSchedule, EveryMinuteMayBeOneByChance) {
  EXPECT_EQ(read("~ * * * * x").minutes.count(), 60U);
  EXPECT_NE(read("~ * * * * x").doubt, nullptr);
}

TEST(CronSchedule, NamesOfMonthsAndWeekdays) {
  EXPECT_EQ(set_in(read("0 0 * jan,Mar-MAY * x").months), (std::vector<unsigned>{1, 3, 4, 5}));
  EXPECT_EQ(set_in(read("0 0 * * mon-wed x").weekdays), (std::vector<unsigned>{1, 2, 3}));
  EXPECT_EQ(set_in(read("0 0 * * fri-sun x").weekdays), (std::vector<unsigned>{0, 5, 6}));
  EXPECT_EQ(set_in(read("0 0 * * 7 x").weekdays), (std::vector<unsigned>{0}));
  EXPECT_EQ(set_in(read("0 0 * * 0-7 x").weekdays), (std::vector<unsigned>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(CronSchedule, WhatIsNoTimeIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "bad minute"},
      {"60 * * * * x", "bad minute"},
      {"a * * * * x", "bad minute"},
      {"*/0 * * * * x", "bad minute"},
      {"1- * * * * x", "bad minute"},
      {"1,,2 * * * * x", "bad minute"},
      {"1;2 * * * * x", "bad minute"},
      {"99999999999999999999 * * * * x", "bad minute"},
      {"0 24 * * * x", "bad hour"},
      {"0 0 0 * * x", "bad day-of-month"},
      {"0 0 32 * * x", "bad day-of-month"},
      {"0 0 1 13 * x", "bad month"},
      {"0 0 1 0 * x", "bad month"},
      {"0 0 1 janu * x", "bad month"},
      {"0 0 1 1 8 x", "bad day-of-week"},
      {"0 0 1 1", "bad day-of-week"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    std::string_view rest = text;
    const char* wrong = nullptr;
    EXPECT_FALSE(take_schedule(rest, wrong));
    ASSERT_NE(wrong, nullptr);
    EXPECT_EQ(wrong, want);
  }
}

TEST(CronSchedule, EitherFieldOfDaysWillDoWhereBothAreGiven) {
  const year_month_day friday{2026y / March / 13};  // a Friday
  const year_month_day monday{2026y / March / 16};
  const year_month_day day16{2026y / April / 16};  // a Thursday
  EXPECT_TRUE(read("0 0 13 * mon x").on_day(friday));
  EXPECT_TRUE(read("0 0 13 * mon x").on_day(monday));
  EXPECT_FALSE(read("0 0 13 * mon x").on_day(day16));
  EXPECT_FALSE(read("0 0 * * mon x").on_day(friday));
  EXPECT_FALSE(read("0 0 16 * * x").on_day(friday));
  // a field that begins with a star is none that was given (vixie's DOM_STAR)
  EXPECT_FALSE(read("0 0 */2 * mon x").on_day(friday));
  EXPECT_FALSE(read("0 0 */2 * mon x").on_day(monday));
  EXPECT_TRUE(read("0 0 */2 * fri x").on_day(friday));
  EXPECT_FALSE(read("0 0 13 apr fri x").on_day(friday));
}

TEST(CronSchedule, WordsForTimes) {
  EXPECT_EQ(set_in(named_schedule("hourly")->minutes), (std::vector<unsigned>{0}));
  EXPECT_EQ(named_schedule("hourly")->hours.count(), 24U);
  EXPECT_EQ(set_in(named_schedule("midnight")->hours), (std::vector<unsigned>{0}));
  EXPECT_TRUE(named_schedule("weekly")->on_day(2026y / March / 15));
  EXPECT_FALSE(named_schedule("weekly")->on_day(2026y / March / 16));
  EXPECT_TRUE(named_schedule("annually")->on_day(2026y / January / 1));
  EXPECT_FALSE(named_schedule("fortnightly"));
}

TEST(CronSchedule, SomeAreNeverDue) {
  EXPECT_TRUE(read("0 0 30 2 * x").ever());  // February 30 does not come; the bits are there
  EXPECT_FALSE(read("20-10 0 1 1 * x").ever());
}

}  // namespace
}  // namespace pidometer
