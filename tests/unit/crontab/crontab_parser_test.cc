#include "plugin/crontab/crontab_parser.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pidometer {
namespace {

using namespace std::string_literals;

TEST(CrontabParser, ATableOfTheSystem) {
  const Crontab table = parse_crontab(
      "# comment\n"
      "SHELL=/bin/sh\n"
      "  PATH = /bin:/usr/bin\n"
      "\"A B\"=c\n"
      "\n"
      "01 * * * *\troot  run-parts /etc/cron.hourly\n"
      "  @daily  www:web/staff A=b /srv/job % in\n"
      "@reboot root /sbin/once\r\n",
      CrontabForm::system, "");
  EXPECT_EQ(table.lines, 8U);
  EXPECT_TRUE(table.bad_lines.empty());
  ASSERT_EQ(table.entries.size(), 3U);
  EXPECT_EQ(table.entries[0].line, 6U);
  EXPECT_EQ(table.entries[0].username, "root");
  EXPECT_EQ(table.entries[0].command, "run-parts /etc/cron.hourly");
  EXPECT_EQ(table.entries[0].text, "01 * * * *\troot  run-parts /etc/cron.hourly");
  EXPECT_EQ(table.entries[1].username, "www");
  EXPECT_EQ(table.entries[1].command, "A=b /srv/job % in");
  EXPECT_TRUE(table.entries[2].at_boot);
  EXPECT_EQ(table.entries[2].command, "/sbin/once\r");
}

TEST(CrontabParser, AUsersTableHasNoFieldForTheUser) {
  const Crontab table =
      parse_crontab("*/5 * * * * root is no user here\n", CrontabForm::user, "anna");
  ASSERT_EQ(table.entries.size(), 1U);
  EXPECT_EQ(table.entries[0].username, "anna");
  EXPECT_EQ(table.entries[0].command, "root is no user here");
}

TEST(CrontabParser, BadLinesSayWhy) {
  const struct {
    std::string line;
    CrontabForm form;
    std::string want;
  } cases[] = {
      {"garbage\n", CrontabForm::user, "bad minute"},
      {"* * * *\n", CrontabForm::user, "bad day-of-week"},
      {"* * * * *\n", CrontabForm::user, "bad command"},
      {"* * * * * * job\n", CrontabForm::user, "bad command"},
      {"* * * * * root\n", CrontabForm::system, "bad command, or no username before it"},
      {"* * * * * job\n", CrontabForm::system, "bad command, or no username before it"},
      {"* * * * * /opt/job\n", CrontabForm::system, "bad username"},
      {"* * * * * /opt/job --all\n", CrontabForm::system, "bad username"},
      {"* * * * * [ -x /opt/job ] && /opt/job\n", CrontabForm::system, "bad username"},
      {"* * * * *\n", CrontabForm::system, "bad command"},
      {"@sometimes job\n", CrontabForm::user, "bad time specifier"},
      {"@reboot\n", CrontabForm::user, "bad command"},
      {"* * * * * a\0b\n"s, CrontabForm::user, "it has NUL bytes"},
      {std::string(20'000, '1') + "\n", CrontabForm::user, "it is longer than any cron reads"},
      {"* * * * * job", CrontabForm::user,
       "its line feed is missing: the end of a file that cron does not read"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line.substr(0, 40));
    const Crontab table = parse_crontab(c.line, c.form, "anna");
    EXPECT_TRUE(table.entries.empty());
    ASSERT_EQ(table.bad_lines.size(), 1U);
    EXPECT_EQ(table.bad_lines[0].reason, c.want);
    EXPECT_EQ(table.bad_lines[0].line, 1U);
    EXPECT_LE(table.bad_lines[0].text.size(), kMostCrontabText);
  }
}

TEST(CrontabParser, WhatCronIsToldNotToLog) {
  const Crontab table = parse_crontab(
      "-*/5 * * * * a\n"
      "*/5 * * * * -q b\n"
      "*/5 * * * * -n -q c\n"
      "*/5 * * * * -n d -q\n"
      "*/5 * * * * -x e\n",
      CrontabForm::user, "root");
  ASSERT_EQ(table.entries.size(), 5U);
  const std::vector<std::pair<std::string, bool>> want = {
      {"a", true}, {"b", true}, {"c", true}, {"d -q", false}, {"-x e", false}};
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(table.entries[i].command, want[i].first);
    EXPECT_EQ(table.entries[i].unlogged, want[i].second) << want[i].first;
  }
}

TEST(CrontabParser, SettingsHoldForWhatFollows) {
  const Crontab table = parse_crontab(
      "0 1 * * * a\n"
      "RANDOM_DELAY=45\n"
      "CRON_TZ=Asia/Tokyo\n"
      "0 1 * * * b\n"
      "CRON_TZ=\n"
      "RANDOM_DELAY=9000\n"
      "0 1 * * * c\n",
      CrontabForm::user, "root");
  ASSERT_EQ(table.entries.size(), 3U);
  EXPECT_EQ(table.entries[0].random_delay, 0U);
  EXPECT_EQ(table.entries[0].doubt, nullptr);
  EXPECT_EQ(table.entries[1].random_delay, 45U);
  EXPECT_NE(table.entries[1].doubt, nullptr);
  EXPECT_EQ(table.entries[2].random_delay, 0U);
  EXPECT_EQ(table.entries[2].doubt, nullptr);
}

TEST(CrontabParser, IntervalsAreNoFixedTimes) {
  const Crontab table =
      parse_crontab("@600 a\n@every_second b\n@every_minute c\n", CrontabForm::user, "root");
  ASSERT_EQ(table.entries.size(), 3U);
  EXPECT_NE(table.entries[0].doubt, nullptr);
  EXPECT_NE(table.entries[1].doubt, nullptr);
  EXPECT_EQ(table.entries[2].doubt, nullptr);
}

TEST(CrontabParser, AnAnacrontab) {
  const Crontab table = parse_crontab(
      "SHELL=/bin/sh\nRANDOM_DELAY=45\n# period delay identifier command\n"
      "1\t5\tcron.daily\t\tnice run-parts --a=b /etc/cron.daily\n@monthly 45 cron.monthly nice x\n"
      "@sometimes 5 a b\n1 x a b\n1 5 a\n1 5 a/b c\n7 25 last job",
      CrontabForm::anacron, "");
  ASSERT_EQ(table.entries.size(), 3U);
  EXPECT_EQ(table.entries[0].job_id, "cron.daily");
  EXPECT_EQ(table.entries[0].command, "nice run-parts --a=b /etc/cron.daily");
  EXPECT_EQ(table.entries[0].line, 4U);
  EXPECT_NE(table.entries[0].doubt, nullptr);
  EXPECT_EQ(table.entries[1].job_id, "cron.monthly");
  EXPECT_EQ(table.entries[2].job_id, "last") << "anacron reads a last line without its line feed";
  std::vector<std::string> reasons;
  for (const CrontabBadLine& bad : table.bad_lines) reasons.push_back(bad.reason);
  const std::string command = "bad command, or no identifier before it";
  EXPECT_EQ(reasons, (std::vector<std::string>{"bad period", "bad delay", command, command}));
}

TEST(CrontabParser, EveryLineIsSomethingWhateverTheBytes) {
  std::mt19937 random(7);  // NOLINT: the same bytes in each run
  const std::string alphabet = "*/-,~@#= \t%\\\"'\r\n0159ajmnoq\0\xff"s;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto i = random() % 120; i > 0; --i) text += alphabet[random() % alphabet.size()];
    for (const CrontabForm form : {CrontabForm::system, CrontabForm::user}) {
      const Crontab table = parse_crontab(text, form, "anna");
      std::size_t lines = 0;
      for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n' || i + 1 == text.size()) ++lines;
      EXPECT_EQ(table.lines, lines);
      EXPECT_LE(table.entries.size() + table.bad_lines.size(), lines);
      for (const CrontabEntry& entry : table.entries) EXPECT_FALSE(entry.command.empty());
    }
  }
}

TEST(CrontabParser, AHostileTableIsCut) {
  std::string text;
  for (std::size_t i = 0; i < kMostCrontabEntries + 5; ++i) text += "* * * * * a\n";
  const Crontab table = parse_crontab(text, CrontabForm::user, "anna");
  EXPECT_EQ(table.entries.size(), kMostCrontabEntries);
  EXPECT_TRUE(table.cut);
  EXPECT_EQ(table.lines, kMostCrontabEntries + 5);
}

}  // namespace
}  // namespace pidometer
