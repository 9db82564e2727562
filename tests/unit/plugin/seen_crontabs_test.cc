#include "plugin/seen_crontabs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pidometer {
namespace {

/// Logs on a /var volume, p2; an older spool lies below its mount point on the root volume, p1.
HostSeries series_of_var_volume() {
  HostSeries series{"disk.raw", "p2", "/log", {}, {}, {}};
  series.crontabs.looked_for = true;
  series.crontabs.folders = {
      {"p1", "/etc"}, {"p1", "/etc/cron.daily"}, {"p2", "/spool/cron"}, {"p1", "/var/spool/cron"}};
  return series;
}

TEST(SeenCrontabs, ASpoolBelowAMountPointIsHidden) {
  HostSeries series = series_of_var_volume();
  const SeenCrontabs seen(series);
  std::vector<std::string> paths;
  for (const CrontabFolder& folder : seen.folders()) paths.push_back(folder.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/etc", "/etc/cron.daily", "/spool/cron"}));
  series.volume = "p1";
  EXPECT_EQ(SeenCrontabs(series).folders().size(), 3U) << "then it is the other that is hidden";
  series.crontabs.folders.pop_back();
  EXPECT_EQ(SeenCrontabs(series).folders().size(), 3U) << "the only spool is hidden by none";
}

TEST(SeenCrontabs, WhatWasLookedIntoIsKnown) {
  HostSeries series = series_of_var_volume();
  CrontabScope scope = SeenCrontabs(series).scope(CronFamily::cronie);
  EXPECT_TRUE(scope.system && scope.users && scope.anacron);
  EXPECT_EQ(scope.script_folders.size(), 1U);
  series.crontabs.folders = {{"p1", "/etc/cron.d"}};
  scope = SeenCrontabs(series).scope(CronFamily::cronie);
  EXPECT_FALSE(scope.system || scope.users || scope.anacron);
  EXPECT_TRUE(scope.script_folders.empty());
}

TEST(SeenCrontabs, WhatIsLostHidesWhatItMayHaveHeld) {
  const struct {
    std::string volume;
    std::string path;
    bool met;  ///< when crontabs were looked for
    bool system;
    bool users;
    bool anacron;
    bool scripts;
  } cases[] = {
      {"p1", "", false, false, false, false, false},
      {"p2", "", false, false, false, false, false},
      {"p1", "/etc", false, false, false, false, false},
      {"p1", "/etc/cron.d/x", false, false, true, true, true},
      {"p1", "/etc/anacrontab", false, true, true, false, true},
      {"p1", "/etc/cron.daily/x", false, true, true, true, false},
      {"p1", "/etc/passwd", false, true, true, true, true},
      {"p1", "/opt/lost", true, false, false, false, false},
      {"p2", "/spool", false, true, false, true, true},
      {"p1", "/var/spool", false, true, true, true, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.volume + ":" + c.path);
    HostSeries series = series_of_var_volume();
    (c.met ? series.crontabs.unread : series.crontabs.damage).push_back({c.volume, c.path});
    const CrontabScope scope = SeenCrontabs(series).scope(CronFamily::cronie);
    EXPECT_EQ(scope.system, c.system);
    EXPECT_EQ(scope.users, c.users);
    EXPECT_EQ(scope.anacron, c.anacron);
    EXPECT_EQ(scope.script_folders.size(), c.scripts ? 1U : 0U);
  }
}

}  // namespace
}  // namespace pidometer
