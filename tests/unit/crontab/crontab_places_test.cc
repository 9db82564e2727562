#include "plugin/crontab/crontab_places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pidometer {
namespace {

TEST(CrontabPlaces, EachRowIsLookedFor) {
  for (const CrontabPlace& place : crontab_places()) {
    SCOPED_TRACE(place.folder);
    const auto folders = place.name.empty() ? crontab_table_folders() : crontab_file_folders();
    EXPECT_EQ(std::ranges::count(folders, place.folder), 1);
    const std::string name(place.name.empty() ? "anna" : place.name);
    EXPECT_EQ(crontab_place_of(std::string(place.folder) + "/" + name), &place);
  }
  EXPECT_EQ(crontab_place_of("/etc/passwd"), nullptr);
  EXPECT_EQ(crontab_place_of("/home/etc/crontab"), nullptr);
  EXPECT_EQ(crontab_place_of("crontab"), nullptr);
}

TEST(CrontabPlaces, SpoolsAreUsersAndNoSettings) {
  const auto spool = [](std::string_view folder) {
    return is_spool(*crontab_place_of(std::string(folder) + "/crontab"));
  };
  for (const char* folder : {"/var/spool/cron", "/spool/cron/tabs", "/var/cron/tabs", "/cron/tabs"})
    EXPECT_TRUE(spool(folder)) << folder;
  for (const char* folder : {"/etc", "/etc/cron.d", "/usr/local/etc/cron.d", "/etc/crontabs"})
    EXPECT_FALSE(spool(folder)) << folder;
}

TEST(CrontabPlaces, WhatIsLostOnTheWayToThem) {
  const struct {
    std::string lost;
    std::string file;  ///< of the place
    bool leads;
  } cases[] = {
      {"", "/etc/crontab", true},
      {"/", "/etc/crontab", true},
      {"/etc", "/etc/crontab", true},
      {"/etc/", "/etc/crontab", true},
      {"/etc/crontab", "/etc/crontab", true},
      {"/etc/anacrontab", "/etc/crontab", false},
      {"/etc/passwd", "/etc/crontab", false},
      {"/etc/cron", "/etc/cron.d/x", false},
      {"/etc/cron.d", "/etc/cron.d/x", true},
      {"/etc/cron.d/more", "/etc/cron.d/x", true},
      {"/etc/cron.daily/more", "/etc/cron.d/x", false},
      {"/var", "/var/spool/cron/anna", true},
      {"/var/spool", "/var/spool/cron/anna", true},
      {"/var/spool/mail", "/var/spool/cron/anna", false},
      {"/spool", "/var/spool/cron/anna", false},
      {"/home", "/etc/crontab", false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(leads_to(c.lost, *crontab_place_of(c.file)), c.leads) << c.lost << ' ' << c.file;
}

TEST(CrontabPlaces, NamesThatCronPassesOver) {
  const struct {
    std::string path;
    CronFamily family;
    bool ignored;
  } cases[] = {
      {"/etc/crontab", CronFamily::debian, false},
      {"/etc/cron.d/php", CronFamily::debian, false},
      {"/etc/anacrontab", CronFamily::debian, false},
      {"/etc/cron.daily/x.rpmsave", CronFamily::cronie, false},
      {"/etc/cron.d/.placeholder", CronFamily::debian, true},
      {"/etc/cron.d/php.dpkg-old", CronFamily::debian, true},
      {"/etc/cron.d/php.dpkg-old", CronFamily::cronie, false},
      {"/etc/cron.d/my.job", CronFamily::other, false},
      {"/etc/cron.d/php~", CronFamily::cronie, true},
      {"/etc/cron.d/php.rpmsave", CronFamily::cronie, true},
      {"/etc/cron.d/php.rpmnew", CronFamily::other, true},
      {"/etc/cron.d/#php#", CronFamily::cronie, true},
      {"/var/spool/cron/crontabs/anna", CronFamily::debian, false},
      {"/var/spool/cron/crontabs/anna.smith", CronFamily::debian, false},
      {"/var/spool/cron/crontabs/tmp.XYZ123", CronFamily::debian, true},
      {"/var/spool/cron/.SEQ", CronFamily::cronie, true},
      {"/etc/crontabs/cron.update", CronFamily::other, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const CrontabPlace* place = crontab_place_of(c.path);
    ASSERT_NE(place, nullptr);
    const char* why = why_ignored(*place, c.path.substr(c.path.rfind('/') + 1), c.family);
    EXPECT_EQ(why != nullptr, c.ignored) << (why == nullptr ? "" : why);
  }
}

}  // namespace
}  // namespace pidometer
