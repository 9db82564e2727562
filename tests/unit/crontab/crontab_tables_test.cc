#include "plugin/crontab/crontab_tables.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

std::vector<CrontabTable> read(const std::vector<const LogFile*>& files,
                               std::vector<Warning>& warnings,
                               CronFamily family = CronFamily::debian) {
  const CrontabFolder folder{"p2", "/", files};
  return read_crontabs({&folder, 1}, family,
                       [&](Warning warning) { warnings.push_back(std::move(warning)); });
}

/// Lines that are no entry, a little more than `bytes` of them.
std::string comments(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "# nothing but a comment that is long\n";
  return text;
}

TEST(CrontabTables, AreReadByTheirPlace) {
  const MemoryLogFile other("/var/log/cron", "x\n");
  const MemoryLogFile spool("/var/spool/cron/crontabs/anna", "0 1 * * * job\n", utc(2026, 3, 1));
  const MemoryLogFile hosts("/etc/crontab", "0 1 * * * root job\n");
  std::vector<Warning> warnings;
  const auto tables = read({&other, &spool, &hosts}, warnings);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].path, "/etc/crontab");
  EXPECT_EQ(tables[0].volume, "p2");
  EXPECT_EQ(tables[0].content.entries.at(0).username, "root");
  EXPECT_FALSE(tables[0].in_force_since);
  EXPECT_EQ(tables[1].owner, "anna");
  EXPECT_EQ(tables[1].content.entries.at(0).username, "anna");
  EXPECT_EQ(tables[1].in_force_since, utc(2026, 3, 1));
  EXPECT_FALSE(tables[1].has_change_time);
  EXPECT_TRUE(warnings.empty());
}

TEST(CrontabTables, OfScriptsTheNamesAreTaken) {
  MemoryLogFile a("/etc/cron.daily/a", "#!/bin/sh\n", utc(2026, 3, 1));
  a.refuses_to_open();
  const MemoryLogFile b("/etc/cron.daily/b.rpmsave", "\0nonsense\n");
  const MemoryLogFile c("/etc/cron.weekly/c", "\n");
  std::vector<Warning> warnings;
  const auto tables = read({&a, &b, &c}, warnings);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].path, "/etc/cron.daily");
  EXPECT_EQ(tables[0].volume, "p2");
  EXPECT_EQ(tables[0].form, CrontabForm::scripts);
  EXPECT_FALSE(tables[0].in_force_since);
  ASSERT_EQ(tables[0].content.entries.size(), 2U);
  EXPECT_EQ(tables[0].content.entries[1].command, "/etc/cron.daily/b.rpmsave");
  EXPECT_EQ(tables[1].content.entries.size(), 1U);
  EXPECT_TRUE(warnings.empty());
}

TEST(CrontabTables, WhatIsWrongIsToldWithItsPlace) {
  const MemoryLogFile bad("/etc/crontab", "0 1 * * * root job\nnonsense\n");
  MemoryLogFile damaged("/etc/cron.d/a", "0 1 * * * root job\n");
  damaged.damage(0, 5);
  MemoryLogFile closed("/etc/cron.d/b", "0 1 * * * root job\n");
  closed.refuses_to_open();
  MemoryLogFile torn("/etc/cron.d/c", "0 1 * * * root job\n");
  torn.breaks_at(5);
  std::vector<Warning> warnings;
  const auto tables = read({&bad, &damaged, &closed, &torn}, warnings);
  ASSERT_EQ(tables.size(), 4U);
  ASSERT_EQ(warnings.size(), 4U);
  EXPECT_TRUE(tables[0].incomplete);
  EXPECT_TRUE(tables[0].counts());
  EXPECT_FALSE(tables[1].counts());
  EXPECT_TRUE(tables[1].incomplete);
  EXPECT_FALSE(tables[2].counts());
  EXPECT_FALSE(tables[3].incomplete);
  EXPECT_EQ(warnings[0].kind, WarningKind::unparsed_line);
  EXPECT_EQ(warnings[0].path, "/etc/crontab");
  EXPECT_EQ(warnings[0].line, 2U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(warnings[i].kind, WarningKind::damaged_log);
  for (const Warning& warning : warnings) EXPECT_EQ(warning.volume, "p2");
}

TEST(CrontabTables, OfOneThatCronPassesOverNothingIsTold) {
  const MemoryLogFile backup("/etc/cron.d/job.bak", "nonsense\n");
  std::vector<Warning> warnings;
  const auto tables = read({&backup}, warnings);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_NE(tables[0].ignored, nullptr);
  EXPECT_FALSE(tables[0].counts());
  EXPECT_TRUE(warnings.empty());
}

/// Reads `count` crontabs of users with that text and expects that of them `most` are read, and
/// what is left out stands for anybody's.
void expect_left_out(const std::string& text, std::size_t count, std::size_t most) {
  std::deque<MemoryLogFile> files;
  std::vector<const LogFile*> listed;
  for (std::size_t i = 0; i < count; ++i)
    listed.push_back(
        &files.emplace_back("/var/spool/cron/user" + std::to_string(10'000 + i), text));
  std::vector<Warning> warnings;
  const auto tables = read(listed, warnings);
  ASSERT_EQ(tables.size(), most + 1);
  const CrontabTable& last = tables.back();
  EXPECT_TRUE(last.incomplete);
  EXPECT_FALSE(last.counts());
  EXPECT_EQ(last.form, CrontabForm::system) << "what is left out may be anybody's";
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].path, last.path);
  EXPECT_EQ(warnings[0].volume, "p2");
}

TEST(CrontabTables, BehindTheMostTablesAnybodysMayBeMissing) {
  expect_left_out("0 1 * * * job\n", kMostCrontabs + 5, kMostCrontabs);
}

TEST(CrontabTables, BehindTheMostEntriesAnybodysMayBeMissing) {
  std::string text;
  for (std::size_t i = 0; i < kMostCrontabEntries; ++i) text += "0 1 * * * a\n";
  const std::size_t full = kMostCrontabEntriesInAll / kMostCrontabEntries + 1;
  expect_left_out(text, full + 5, full);
}

TEST(CrontabTables, BehindTheMostBytesAnybodysMayBeMissing) {
  const std::string text = comments(kMostCrontabBytes - 40);
  const std::size_t full = kMostCrontabBytesInAll / text.size() + 1;
  expect_left_out(text, full + 5, full);
}

TEST(CrontabTables, AHugeOneIsCutAtALine) {
  const MemoryLogFile huge("/etc/crontab",
                           comments(kMostCrontabBytes + 1000) + "0 1 * * * root job\n");
  std::vector<Warning> warnings;
  const auto tables = read({&huge}, warnings);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_TRUE(tables[0].incomplete);
  EXPECT_TRUE(tables[0].content.bad_lines.empty());
  EXPECT_EQ(warnings.size(), 1U);
}

}  // namespace
}  // namespace pidometer
