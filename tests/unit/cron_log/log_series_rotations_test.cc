#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

/// `Nov  2 05:50:01` with that PID, as cron of `tag` writes it.
std::string line(const char* time, Pid pid, const char* tag = "CRON") {
  return std::string(time) + " web01 " + tag + "[" + std::to_string(pid) +
         "]: (root) CMD (/bin/a (b) c)\n";
}

struct File {
  const char* path;
  std::string text;
  Timestamp modified;
  std::optional<Timestamp> packed = std::nullopt;
};

struct Want {
  Pid pid;
  Timestamp time;
  bool operator==(const Want&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Want& want) {
  return out << want.pid << " at " << want.time.time_since_epoch().count() / 1000000;
}

struct Case {
  const char* name;
  std::vector<File> files;
  std::optional<int> year;
  std::vector<Want> want;
  std::uint64_t duplicates;
  std::size_t warnings;
};

void check(const Case& c) {
  SCOPED_TRACE(c.name);
  std::deque<MemoryLogFile> kept;
  std::vector<const LogFile*> files;
  for (const File& file : c.files) {
    kept.emplace_back(file.path, file.text, file.modified);
    if (file.packed) kept.back().packed(*file.packed);
    files.push_back(&kept.back());
  }
  LogSeriesOptions options;
  options.year = c.year;
  // The order in which files are named must not matter.
  for (const bool backwards : {false, true}) {
    if (backwards) std::reverse(files.begin(), files.end());
    std::vector<std::string> warnings;
    const auto all = read_log_series(
        files, options, [&](const Warning& warning) { warnings.push_back(warning.message); }, {});
    ASSERT_EQ(all.size(), 1U);
    std::vector<Want> got;
    for (const StoredRecord& record : all[0].records) got.push_back({record.pid, record.time});
    EXPECT_EQ(got, c.want);
    std::uint64_t duplicates = 0;
    for (const LogReport& report : all[0].reports) {
      duplicates += report.duplicate_lines;
      EXPECT_EQ(report.lines, report.records + report.other_lines + report.unparsed_lines +
                                  report.duplicate_lines);
    }
    EXPECT_EQ(duplicates, c.duplicates);
    EXPECT_EQ(warnings.size(), c.warnings) << testing::PrintToString(warnings);
    EXPECT_EQ(all[0].reports.size(), c.files.size());
  }
}

const Timestamp kCopied = utc(2026, 3, 20);

TEST(LogSeriesRotations, LinesThatStandInTwoFilesCountOnce) {
  const std::string one = line("Nov  2 05:50:01", 10);
  const std::string two = line("Nov  2 05:55:01", 20);
  const std::string three = line("Nov  2 06:00:01", 30);
  const std::string four = line("Nov  2 06:05:01", 40);
  const Want w1{10, utc(2026, 11, 2, 5, 50, 1)};
  const Want w2{20, utc(2026, 11, 2, 5, 55, 1)};
  const Want w3{30, utc(2026, 11, 2, 6, 0, 1)};
  const Want w4{40, utc(2026, 11, 2, 6, 5, 1)};
  const Timestamp stamp = utc(2026, 11, 3);
  const auto without_end = [](const std::string& text, std::size_t bytes) {
    return text.substr(0, text.size() - bytes);
  };
  const Case cases[] = {
      {"one rotation under two compressions",
       {{"/var/log/cron.1.gz", one + two, stamp, utc(2026, 11, 2, 6)},
        {"/var/log/cron.1.xz", one + two, stamp},
        {"/var/log/cron", three, stamp}},
       {},
       {w1, w2, w3},
       2,
       0},
      {"syslog beside cron.log",
       {{"/var/log/syslog", one + "Nov  2 05:50:02 web01 sshd[9]: x\n" + two + three, stamp},
        {"/var/log/cron.log", one + two + three, stamp}},
       {},
       {w1, w2, w3},
       3,
       0},
      {"one cut short between lines",
       {{"/var/log/syslog", one + two, stamp}, {"/var/log/cron.log", one + two + three, stamp}},
       {},
       {w1, w2, w3},
       2,
       0},
      {"one cut short in a command",
       {{"/var/log/syslog", one + two + without_end(three, 6), stamp},
        {"/var/log/cron.log", one + two + three, stamp}},
       {},
       {w1, w2, w3},
       3,
       1},
      {"one cut short in a command, behind a parenthesis",
       {{"/var/log/syslog", one + two + without_end(three, 4), stamp},
        {"/var/log/cron.log", one + two + three, stamp}},
       {},
       {w1, w2, w3},
       3,
       0},
      {"one cut short, and nothing else has the line",
       {{"/var/log/syslog", one + two + without_end(three, 6), stamp},
        {"/var/log/cron.log", one + two, stamp}},
       {},
       {w1, w2, w3},
       2,
       1},
      {"equal lines within a file are two events",
       {{"/var/log/cron", one + one + two, stamp}},
       {},
       {w1, w1, w2},
       0,
       0},
      {"equal lines within both files",
       {{"/var/log/syslog", one + one + two, stamp}, {"/var/log/cron.log", one + one + two, stamp}},
       {},
       {w1, w1, w2},
       3,
       1},
      {"equal lines within the shorter file only",
       {{"/var/log/syslog", one + one, stamp}, {"/var/log/cron.log", one + two + three, stamp}},
       {},
       {w1, w1, w2, w3},
       1,
       0},
      {"copytruncate that left an overlap",
       {{"/var/log/cron.1", one + two + three, stamp},
        {"/var/log/cron", two + three + four, stamp}},
       {},
       {w1, w2, w3, w4},
       2,
       0},
      {"three copies",
       {{"/var/log/cron.1", one + two, stamp},
        {"/var/log/cron.1.gz", one + two, stamp},
        {"/var/log/cron.1.bz2", one + two, stamp}},
       {},
       {w1, w2},
       4,
       0},
  };
  for (const Case& c : cases) check(c);
}

TEST(LogSeriesRotations, YearsFollowTheOrderOfTheRotations) {
  const Timestamp winter = utc(2026, 1, 12);
  const Case cases[] = {
      {"named by number, all copied at once",
       {{"/var/log/cron", line("Jan 10 00:00:01", 3), kCopied},
        {"/var/log/cron.1", line("Dec 28 00:00:01", 2), kCopied},
        {"/var/log/cron.2", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)},
        {2, utc(2025, 12, 28, 0, 0, 1)},
        {3, utc(2026, 1, 10, 0, 0, 1)}},
       0,
       1},
      {"named by date, all copied at once",
       {{"/var/log/cron", line("Jan 10 00:00:01", 3), kCopied},
        {"/var/log/cron-20260104", line("Dec 28 00:00:01", 2), kCopied},
        {"/var/log/cron-20251221.gz", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)},
        {2, utc(2025, 12, 28, 0, 0, 1)},
        {3, utc(2026, 1, 10, 0, 0, 1)}},
       0,
       0},
      {"first by number, then by date",
       {{"/var/log/cron", line("Jan 10 00:00:01", 3), kCopied},
        {"/var/log/cron-20260104", line("Dec 28 00:00:01", 2), kCopied},
        {"/var/log/cron.1", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)},
        {2, utc(2025, 12, 28, 0, 0, 1)},
        {3, utc(2026, 1, 10, 0, 0, 1)}},
       0,
       0},
      {"time stamps the wrong way round",
       {{"/var/log/cron", line("Jan 10 00:00:01", 3), utc(2026, 1, 10, 1)},
        {"/var/log/cron.1", line("Dec 28 00:00:01", 2), utc(2026, 1, 11)},
        {"/var/log/cron.2", line("Dec 20 00:00:01", 1), utc(2026, 1, 12)}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)},
        {2, utc(2025, 12, 28, 0, 0, 1)},
        {3, utc(2026, 1, 10, 0, 0, 1)}},
       0,
       0},
      {"gzip's own time beside a copied one",
       {{"/var/log/cron.1.gz", line("Dec 28 00:00:01", 2), kCopied, utc(2024, 1, 3)},
        {"/var/log/cron.2.gz", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2023, 12, 20, 0, 0, 1)}, {2, utc(2023, 12, 28, 0, 0, 1)}},
       0,
       0},
      {"gzip's own time of an older one",
       {{"/var/log/cron.1.gz", line("Dec 28 00:00:01", 2), winter},
        {"/var/log/cron.2.gz", line("Dec 20 00:00:01", 1), winter, utc(2025, 12, 21)}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)}, {2, utc(2025, 12, 28, 0, 0, 1)}},
       0,
       0},
      {"empty rotations between",
       {{"/var/log/cron", line("Jan 10 00:00:01", 3), kCopied},
        {"/var/log/cron.1", "", kCopied},
        {"/var/log/cron.2.gz", "\n\n", kCopied},
        {"/var/log/cron.3", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)}, {3, utc(2026, 1, 10, 0, 0, 1)}},
       0,
       1},
      {"an empty live log",
       {{"/var/log/cron", "", kCopied},
        {"/var/log/cron.1", line("Dec 30 00:00:01", 2) + line("Jan  2 00:00:01", 3), kCopied},
        {"/var/log/cron.2", line("Dec 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2025, 12, 20, 0, 0, 1)},
        {2, utc(2025, 12, 30, 0, 0, 1)},
        {3, utc(2026, 1, 2, 0, 0, 1)}},
       0,
       0},
      {"New Year inside a rotation, given the year",
       {{"/var/log/cron", line("Jan  9 00:00:01", 4), kCopied},
        {"/var/log/cron.1", line("Dec 30 00:00:01", 2) + line("Jan  2 00:00:01", 3), kCopied},
        {"/var/log/cron.2", line("Dec 20 00:00:01", 1), kCopied}},
       2001,
       {{1, utc(2000, 12, 20, 0, 0, 1)},
        {2, utc(2000, 12, 30, 0, 0, 1)},
        {3, utc(2001, 1, 2, 0, 0, 1)},
        {4, utc(2001, 1, 9, 0, 0, 1)}},
       0,
       0},
      {"February 29 in the live log",
       {{"/var/log/cron", line("Feb 29 00:00:01", 2) + line("Mar  1 00:00:01", 3), kCopied},
        {"/var/log/cron.1", line("Feb 20 00:00:01", 1), kCopied}},
       {},
       {{1, utc(2024, 2, 20, 0, 0, 1)},
        {2, utc(2024, 2, 29, 0, 0, 1)},
        {3, utc(2024, 3, 1, 0, 0, 1)}},
       0,
       1},
      {"February 29 in a rotation: its copied followers are of that year too",
       {{"/var/log/cron", line("Mar 10 00:00:01", 3), kCopied},
        {"/var/log/cron.1", line("Feb 27 00:00:01", 1) + line("Feb 29 00:00:01", 2), kCopied}},
       {},
       {{1, utc(2024, 2, 27, 0, 0, 1)},
        {2, utc(2024, 2, 29, 0, 0, 1)},
        {3, utc(2024, 3, 10, 0, 0, 1)}},
       0,
       1},
      {"February 29 in a rotation whose follower was never copied: a doubt",
       {{"/var/log/cron", line("Mar 10 00:00:01", 3), utc(2026, 3, 10, 1)},
        {"/var/log/cron.1", line("Feb 27 00:00:01", 1) + line("Feb 29 00:00:01", 2), kCopied}},
       {},
       {{1, utc(2024, 2, 27, 0, 0, 1)},
        {2, utc(2024, 2, 29, 0, 0, 1)},
        {3, utc(2026, 3, 10, 0, 0, 1)}},
       0,
       1},
  };
  for (const Case& c : cases) check(c);
}

TEST(LogSeriesRotations, FourteenMonthsHoldTwoMonthsTwice) {
  const char* const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // One rotation a month: .13 is January of the first year, the live log February of the second.
  for (const bool one_file : {false, true})
    for (const std::optional<int> year : {std::optional<int>(), std::optional<int>(2015)}) {
      Case c{one_file ? "one file" : "rotations", {}, year, {}, 0, 0};
      std::string whole;
      for (unsigned i = 0; i < 14; ++i) {
        std::string text;
        // The same PIDs each month, so that only the year tells the lines of a year apart.
        for (unsigned day : {2U, 28U}) {
          const std::string time = std::string(months[i % 12]) + (day < 10 ? "  " : " ") +
                                   std::to_string(day) + " 00:00:01";
          text += line(time.c_str(), day);
          c.want.push_back(
              {day, utc((year ? *year : 2026) - (i < 12 ? 1 : 0), i % 12 + 1, day, 0, 0, 1)});
        }
        whole += text;
        static std::deque<std::string> names;
        names.push_back(i == 13 ? "/var/log/cron" : "/var/log/cron." + std::to_string(13 - i));
        if (!one_file) c.files.push_back({names.back().c_str(), text, kCopied});
      }
      if (one_file) c.files.push_back({"/var/log/cron", whole, kCopied});
      check(c);
    }
}

TEST(LogSeriesRotations, WhatAChecksumBehindItTakesBackIsNoRecord) {
  // Longer than a block: lines were read before the end says what they are worth.
  std::string text;
  while (text.size() < 800'000)
    text += line("Nov  2 05:50:01", static_cast<Pid>(1000 + text.size() % 30'000));
  const std::string sound = line("Nov  2 06:50:01", 7);
  MemoryLogFile file("/var/log/cron.1.gz", text + sound, utc(2026, 11, 3));
  file.damage(0, text.size(), "gzip checksum does not match").tells_damage_at_its_end();
  const test::Read got = test::read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  ASSERT_EQ(got.series[0].records.size(), 1U);
  EXPECT_EQ(got.series[0].records[0].pid, 7U);
  EXPECT_EQ(got.series[0].reports[0].damage.size(), 1U);
  EXPECT_GT(got.series[0].reports[0].unparsed_lines, 1000U);
}

}  // namespace
}  // namespace pidometer
