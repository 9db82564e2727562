#include "plugin/crontab/inferred_schedule.h"

#include <gtest/gtest.h>

#include <functional>

namespace pidometer {
namespace {

constexpr std::int64_t kDay = 1440;
// Monday, 6 January 2025, 00:00
constexpr std::int64_t kMonday = 20094 * kDay;

/// Minutes of `days` days from that Monday on which `due` says yes.
std::vector<std::int64_t> runs(int days,
                               const std::function<bool(std::int64_t, std::int64_t)>& due) {
  std::vector<std::int64_t> out;
  for (std::int64_t day = 0; day < days; ++day)
    for (std::int64_t minute = 0; minute < kDay; ++minute)
      if (due(day, minute)) out.push_back(kMonday + day * kDay + minute);
  return out;
}

InferredSchedule infer(const std::vector<std::int64_t>& all, int days) {
  const LocalStretch whole{kMonday, kMonday + days * kDay};
  return infer_schedule(all, CoveredMinutes({whole}));
}

TEST(InferredSchedule, EveryTenMinutes) {
  const InferredSchedule found = infer(runs(7, [](auto, auto m) { return m % 10 == 0; }), 7);
  ASSERT_EQ(found.lines.size(), 1U);
  EXPECT_EQ(found.lines[0].fields, "*/10 * * * *");
  EXPECT_EQ(found.lines[0].due, 1008U);
  EXPECT_EQ(found.lines[0].runs, 1008U);
  EXPECT_EQ(found.other_runs, 0U);
}

TEST(InferredSchedule, StepsThatDoNotBeginAtNought) {
  EXPECT_EQ(infer(runs(7, [](auto, auto m) { return m % 10 == 5; }), 7).lines[0].fields,
            "5-55/10 * * * *");
}

TEST(InferredSchedule, OnceADayAndOnceAnHour) {
  EXPECT_EQ(infer(runs(4, [](auto, auto m) { return m == 242; }), 4).lines[0].fields, "2 4 * * *");
  EXPECT_EQ(infer(runs(4, [](auto, auto m) { return m % 60 == 17; }), 4).lines[0].fields,
            "17 * * * *");
}

TEST(InferredSchedule, WeekdaysAndMonthDays) {
  const auto weekly = infer(runs(28, [](auto d, auto m) { return d % 7 == 6 && m == 262; }), 28);
  ASSERT_EQ(weekly.lines.size(), 1U);
  EXPECT_EQ(weekly.lines[0].fields, "22 4 * * 0");
  EXPECT_EQ(weekly.lines[0].due, 4U);
  const auto work = infer(
      runs(28, [](auto d, auto m) { return d % 7 < 5 && m >= 480 && m < 1080 && m % 30 == 0; }),
      28);
  ASSERT_EQ(work.lines.size(), 1U);
  EXPECT_EQ(work.lines[0].fields, "0,30 8-17 * * 1-5");
  // the first of February and of March are the 26th and the 54th day
  const auto monthly =
      infer(runs(60, [](auto d, auto m) { return (d == 26 || d == 54) && m == 282; }), 60);
  ASSERT_EQ(monthly.lines.size(), 1U);
  EXPECT_EQ(monthly.lines[0].fields, "42 4 1 * *");
}

TEST(InferredSchedule, OneCommandWithTwoLines) {
  const auto found = infer(runs(7, [](auto, auto m) { return m == 75 || m == 825; }), 7);
  ASSERT_EQ(found.lines.size(), 2U);
  EXPECT_EQ(found.lines[0].fields, "15 1 * * *");
  EXPECT_EQ(found.lines[1].fields, "45 13 * * *");
}

TEST(InferredSchedule, RunsMissedNowAndThenAreStillDue) {
  const auto found =
      infer(runs(30, [](auto d, auto m) { return m == 60 && d != 7 && d != 19; }), 30);
  ASSERT_EQ(found.lines.size(), 1U);
  EXPECT_EQ(found.lines[0].fields, "0 1 * * *");
  EXPECT_EQ(found.lines[0].due, 30U);
  EXPECT_EQ(found.lines[0].runs, 28U);
}

TEST(InferredSchedule, WhatKeepsToNoTimeIsNoLine) {
  const auto found = infer(runs(7, [](auto d, auto m) { return m == 100 + 37 * d; }), 7);
  EXPECT_TRUE(found.lines.empty());
  EXPECT_EQ(found.other_runs, 7U);
  // one run proves no day of the week
  EXPECT_EQ(infer({kMonday + 262}, 1).other_runs, 1U);
}

TEST(InferredSchedule, ALineThatWasChangedIsTwoLines) {
  const auto found =
      infer(runs(40, [](auto d, auto m) { return d < 20 ? m == 60 : m == 180; }), 40);
  ASSERT_EQ(found.lines.size(), 2U);
  EXPECT_EQ(found.other_runs, 0U);
  EXPECT_EQ(found.lines[0].fields, "0 1 * * *");
  EXPECT_EQ(found.lines[0].due, 20U);
  EXPECT_FALSE(found.lines[0].since);
  EXPECT_EQ(found.lines[0].until, kMonday + 19 * kDay + 60);
  EXPECT_EQ(found.lines[1].fields, "0 3 * * *");
  EXPECT_EQ(found.lines[1].due, 20U);
  EXPECT_EQ(found.lines[1].since, kMonday + 20 * kDay + 180);
  EXPECT_FALSE(found.lines[1].until);
}

TEST(InferredSchedule, ALineThatWasChangedLate) {
  // 25 of 31 days are most of them: it ended all the same
  const auto found =
      infer(runs(31, [](auto d, auto m) { return d < 25 ? m == 60 : m == 180; }), 31);
  ASSERT_EQ(found.lines.size(), 2U);
  EXPECT_EQ(found.lines[0].due, 25U);
  EXPECT_EQ(found.lines[0].until, kMonday + 24 * kDay + 60);
  EXPECT_EQ(found.lines[1].fields, "0 3 * * *");
  EXPECT_EQ(found.lines[1].since, kMonday + 25 * kDay + 180);
}

TEST(InferredSchedule, ALineThatWasChangedAtNoon) {
  const auto found = infer(runs(30,
                                [](auto d, auto m) {
                                  const auto at = d * kDay + m;
                                  return at < 15 * kDay + 725 ? m % 10 == 0 : m % 60 == 17;
                                }),
                           30);
  ASSERT_EQ(found.lines.size(), 2U);
  EXPECT_EQ(found.other_runs, 0U);
  EXPECT_EQ(found.lines[0].fields, "*/10 * * * *");
  EXPECT_EQ(found.lines[0].until, kMonday + 15 * kDay + 720);
  EXPECT_EQ(found.lines[0].due, found.lines[0].runs);
  EXPECT_EQ(found.lines[1].fields, "17 * * * *");
  EXPECT_EQ(found.lines[1].since, kMonday + 15 * kDay + 737);
}

TEST(InferredSchedule, ALineThatWasChangedAndChangedBack) {
  const auto found =
      infer(runs(30, [](auto d, auto m) { return d < 12 || d >= 20 ? m == 60 : m == 180; }), 30);
  ASSERT_EQ(found.lines.size(), 3U);
  EXPECT_EQ(found.other_runs, 0U);
  EXPECT_EQ(found.lines[0].until, kMonday + 11 * kDay + 60);
  EXPECT_EQ(found.lines[1].since, kMonday + 20 * kDay + 60);
  EXPECT_EQ(found.lines[2].fields, "0 3 * * *");
  EXPECT_EQ(found.lines[2].since, kMonday + 12 * kDay + 180);
  EXPECT_EQ(found.lines[2].until, kMonday + 19 * kDay + 180);
}

TEST(InferredSchedule, LinesOfSomeWeekdaysThatWereChanged) {
  const auto work = infer(
      runs(70,
           [](auto d, auto m) { return d % 7 < 5 && (d < 35 ? m == 480 : m == 540) && d != 10; }),
      70);
  ASSERT_EQ(work.lines.size(), 2U);
  EXPECT_EQ(work.lines[0].fields, "0 9 * * 1-5");
  EXPECT_EQ(work.lines[0].since, kMonday + 35 * kDay + 540);
  EXPECT_EQ(work.lines[1].fields, "0 8 * * 1-5");
  EXPECT_EQ(work.lines[1].due, 25U);
  EXPECT_EQ(work.lines[1].runs, 24U);
  EXPECT_EQ(work.lines[1].until, kMonday + 32 * kDay + 480);
  const auto weekly = infer(
      runs(140, [](auto d, auto m) { return d % 7 == 2 && (d < 70 ? m == 262 : m == 300); }), 140);
  ASSERT_EQ(weekly.lines.size(), 2U);
  EXPECT_EQ(weekly.lines[0].fields, "22 4 * * 3");
  EXPECT_EQ(weekly.lines[0].until, kMonday + 65 * kDay + 262);
  EXPECT_EQ(weekly.lines[1].fields, "0 5 * * 3");
  EXPECT_EQ(weekly.lines[1].since, kMonday + 72 * kDay + 300);
}

TEST(InferredSchedule, ADayOfTheMonthThatCameOnceProvesNothing) {
  const auto found =
      infer(runs(28, [](auto d, auto m) { return m == 60 && (d == 3 || d == 12); }), 28);
  EXPECT_TRUE(found.lines.empty());
  EXPECT_EQ(found.other_runs, 2U);
}

TEST(InferredSchedule, AnEndOfFewDaysIsNone) {
  const auto found = infer(runs(30, [](auto d, auto m) { return m == 60 && d > 1 && d < 28; }), 30);
  ASSERT_EQ(found.lines.size(), 1U);
  EXPECT_FALSE(found.lines[0].since);
  EXPECT_FALSE(found.lines[0].until);
  EXPECT_EQ(found.lines[0].due, 30U);
}

TEST(InferredSchedule, OnlyWhatTheLogCoversIsDue) {
  // seven days, of which two have no log in the morning
  const std::vector<LocalStretch> stretches{{kMonday, kMonday + 2 * kDay},
                                            {kMonday + 2 * kDay + 720, kMonday + 3 * kDay},
                                            {kMonday + 3 * kDay + 720, kMonday + 7 * kDay}};
  const auto found =
      infer_schedule(runs(7, [](auto d, auto m) { return m == 242 && d != 2 && d != 3; }),
                     CoveredMinutes(stretches));
  ASSERT_EQ(found.lines.size(), 1U);
  EXPECT_EQ(found.lines[0].due, 5U);
  EXPECT_EQ(found.lines[0].runs, 5U);
}

TEST(InferredSchedule, TimesBefore1970) {
  const LocalStretch whole{-7 * kDay, 0};
  std::vector<std::int64_t> all;
  for (std::int64_t day = -7; day < 0; ++day) all.push_back(day * kDay + 61);
  const auto found = infer_schedule(all, CoveredMinutes({whole}));
  ASSERT_EQ(found.lines.size(), 1U);
  EXPECT_EQ(found.lines[0].fields, "1 1 * * *");
  EXPECT_EQ(found.lines[0].due, 7U);
}

TEST(InferredSchedule, NothingOfNothing) {
  EXPECT_TRUE(infer_schedule({}, CoveredMinutes({})).lines.empty());
}

}  // namespace
}  // namespace pidometer
