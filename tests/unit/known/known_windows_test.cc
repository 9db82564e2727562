#include "plugin/known/known_windows.h"

#include <gtest/gtest.h>

#include <tuple>

namespace pidometer {
namespace {

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

Anomaly finding(std::int64_t begin, std::int64_t end, Level level = Level::critical,
                std::uint32_t activity = 0) {
  Anomaly made;
  made.level = level;
  made.window_start = at(begin);
  made.window_end = at(end);
  made.activity = activity;
  return made;
}

KnownWindows windows(std::int64_t begin, std::int64_t end, std::string host = {}) {
  KnownWindow window{{at(begin), at(end)}, "backup", std::move(host)};
  return {std::make_shared<const KnownWindow>(std::move(window))};
}

TEST(KnownWindows, LowerWhatLiesInThemByOneLevel) {
  std::vector<Anomaly> all{finding(100, 200), finding(100, 200, Level::informational)};
  mark_known(windows(100, 200), {"web01"}, all);
  EXPECT_EQ(all[0].level, Level::high);
  EXPECT_TRUE(all[0].known_inside);
  EXPECT_EQ(all[0].known->reason, "backup");
  EXPECT_EQ(all[1].level, Level::informational);
}

TEST(KnownWindows, LeaveTheLevelOfWhatReachesBeyond) {
  std::vector<Anomaly> all{finding(50, 150), finding(150, 250), finding(50, 250)};
  mark_known(windows(100, 200), {"web01"}, all);
  for (const Anomaly& one : all) {
    EXPECT_EQ(one.level, Level::critical);
    EXPECT_FALSE(one.known_inside);
    ASSERT_TRUE(one.known);
  }
}

TEST(KnownWindows, LeaveAllElseAlone) {
  std::vector<Anomaly> all{finding(0, 100), finding(200, 300)};
  mark_known(windows(100, 200), {"web01"}, all);
  for (const Anomaly& one : all) {
    EXPECT_EQ(one.level, Level::critical);
    EXPECT_FALSE(one.known);
  }
}

TEST(KnownWindows, OfAnotherHostSayNothing) {
  std::vector<Anomaly> all{finding(100, 200)};
  mark_known(windows(100, 200, "db01"), {"web01"}, all);
  EXPECT_FALSE(all[0].known);
  mark_known(windows(100, 200, "web01"), {"web01"}, all);
  EXPECT_TRUE(all[0].known_inside);
}

TEST(KnownWindows, NameAHostAsItsLogOrAsTheUserDoes) {
  for (const char* host : {"web01", "WEB-7"}) {
    std::vector<Anomaly> all{finding(100, 200)};
    mark_known(windows(100, 200, host), {"web01", "WEB-7"}, all);
    EXPECT_TRUE(all[0].known_inside) << host;
  }
}

TEST(KnownWindows, TheOneThatHoldsItComesFirst) {
  KnownWindows both = windows(50, 150);
  both.push_back(std::make_shared<const KnownWindow>(KnownWindow{{at(0), at(300)}, "upgrade", {}}));
  std::vector<Anomaly> all{finding(100, 200)};
  mark_known(both, {"web01"}, all);
  EXPECT_EQ(all[0].known->reason, "upgrade");
  EXPECT_TRUE(all[0].known_inside);
}

/// `{begin, end, reason}` each.
KnownWindows several(const std::vector<std::tuple<std::int64_t, std::int64_t, const char*>>& all) {
  KnownWindows made;
  for (const auto& [begin, end, reason] : all)
    made.push_back(
        std::make_shared<const KnownWindow>(KnownWindow{{at(begin), at(end)}, reason, {}}));
  return made;
}

TEST(KnownWindows, AllThatItTouchesAreNamed) {
  const KnownWindows some =
      several({{100, 120, "backup"}, {0, 60, "upgrade"}, {140, 160, "restore"}, {130, 140, "not"}});
  std::vector<Anomaly> all{finding(50, 110), finding(145, 155), finding(10, 70)};
  mark_known(some, {"web01"}, all);
  EXPECT_EQ(all[0].known->reason, "upgrade; backup");
  EXPECT_FALSE(all[0].known_inside);
  EXPECT_EQ(all[1].known->reason, "restore");
  EXPECT_EQ(all[2].known->reason, "upgrade");
}

TEST(KnownWindows, ThoseThatAdjoinOrOverlapHoldItTogether) {
  std::vector<Anomaly> all{finding(100, 400)};
  mark_known(several({{250, 500, "restart"}, {50, 200, "upgrade"}, {200, 260, "restart"}}),
             {"web01"}, all);
  EXPECT_TRUE(all[0].known_inside);
  EXPECT_EQ(all[0].level, Level::high);
  EXPECT_EQ(all[0].known->reason, "upgrade; restart");
}

TEST(KnownWindows, WithAHoleBetweenThemTheyDoNot) {
  std::vector<Anomaly> all{finding(100, 400), finding(100, 200), finding(300, 400)};
  mark_known(several({{50, 200, "upgrade"}, {201, 500, "restart"}}), {"web01"}, all);
  EXPECT_FALSE(all[0].known_inside);
  EXPECT_TRUE(all[0].known);
  EXPECT_EQ(all[0].level, Level::critical);
  EXPECT_EQ(all[1].known->reason, "upgrade");
  EXPECT_TRUE(all[1].known_inside);
  EXPECT_TRUE(all[2].known_inside);
}

TEST(KnownWindows, OfOneOtherHostHoldsNothingBetween) {
  KnownWindows all = several({{50, 200, "upgrade"}, {300, 500, "restart"}});
  all.push_back(std::make_shared<const KnownWindow>(KnownWindow{{at(200), at(300)}, "x", "db01"}));
  std::vector<Anomaly> found{finding(100, 400)};
  mark_known(all, {"web01"}, found);
  EXPECT_FALSE(found[0].known_inside);
  mark_known(all, {"db01"}, found);
  EXPECT_TRUE(found[0].known_inside);
}

TEST(KnownWindows, AnInstantAtAnEdgeLiesInside) {
  std::vector<Anomaly> all{finding(200, 200), finding(201, 201)};
  mark_known(several({{50, 200, "upgrade"}}), {"web01"}, all);
  EXPECT_TRUE(all[0].known_inside);
  EXPECT_FALSE(all[1].known);
}

TEST(KnownWindows, AnActivityHasTheLevelThatItsFindingsHaveLeft) {
  std::vector<Anomaly> all{finding(100, 200, Level::critical, 1),
                           finding(300, 400, Level::medium, 1),
                           finding(100, 400, Level::critical, 1)};
  all[2].kind = AnomalyKind::activity;
  mark_known(windows(100, 200), {"web01"}, all);
  EXPECT_EQ(all[0].level, Level::high);
  EXPECT_EQ(all[1].level, Level::medium);
  EXPECT_EQ(all[2].level, Level::high);
}

}  // namespace
}  // namespace pidometer
