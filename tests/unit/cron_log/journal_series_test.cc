// Journals as logs of a series: their times, boots, and what a text log says a second time.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugin/cron_log/boot_ids.h"
#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::read;
using test::Read;

constexpr std::int64_t kStart = 1'793'598'601;  // 2026-11-02 05:50:01 UTC

std::string entry(int minute, Pid pid, char boot = 'a', const char* host = "web01") {
  const std::string number = std::to_string(pid);
  return "__CURSOR=s=" + std::string(32, 'f') + ";i=" + number + ";b=" + std::string(32, boot) +
         "\n__REALTIME_TIMESTAMP=" + std::to_string(kStart + minute * 60) +
         "900000\nSYSLOG_IDENTIFIER=CROND\n_COMM=crond\n_PID=" + number + "\nSYSLOG_PID=" + number +
         "\n_HOSTNAME=" + host + "\nMESSAGE=(root) CMD (/bin/a)\n\n";
}

std::string clock(int minute) {
  const auto two = [](int n) {
    std::string out(1, static_cast<char>('0' + n / 10));
    out += static_cast<char>('0' + n % 10);
    return out;
  };
  minute += 50;
  return "Nov  2 " + two(5 + minute / 60) + ":" + two(minute % 60) + ":";
}

LogSeriesOptions zone(int hours) {
  LogSeriesOptions options;
  options.zone = TimeZone::fixed(std::chrono::hours(hours), "here");
  return options;
}

const Timestamp kModified = std::chrono::sys_days{std::chrono::November / 3 / 2026};

TEST(JournalSeries, EntriesHaveExactTimesAndBoots) {
  const MemoryLogFile file("/var/log/journal/x/system.journal",
                           entry(0, 10) + entry(1, 20) + entry(2, 30, 'b'));
  const Read got = read({&file}, zone(1));
  ASSERT_EQ(got.series.size(), 1U);
  const LogSeries& series = got.series[0];
  EXPECT_EQ(test::pids(series), (std::vector<Pid>{10, 20, 30}));
  EXPECT_EQ(series.records[0].time.time_since_epoch().count(), kStart * 1'000'000 + 900'000);
  EXPECT_EQ(series.records[0].utc_offset_minutes, 60);  // day and night are the host's
  EXPECT_EQ(series.reports[0].time_basis.certainty, "exact");
  const std::vector<std::uint32_t> boots = number_boots(series);
  EXPECT_EQ(boots[series.records[0].source], boots[series.records[1].source]);
  EXPECT_NE(boots[series.records[0].source], boots[series.records[2].source]);
  EXPECT_NE(boots[series.records[0].source], 0U);
  const std::vector<std::uint32_t> wanted = {1};
  const auto lines = fetch_lines(series, wanted);
  ASSERT_TRUE(lines[0]);
  EXPECT_NE(lines[0]->find("i=20;b=aaaa"), std::string::npos) << *lines[0];
}

struct Twins {
  std::string journal;
  std::string text;

  /// Each line a second time, a second late now and then, its clock `hours` ahead of UTC.
  explicit Twins(int count, int hours = 0, Pid other_pids = 0, const char* host = "web01") {
    for (int i = 0; i < count; ++i) {
      const Pid pid = 10 + 10 * static_cast<Pid>(i);
      journal += entry(i, pid, 'a', "web01.example.org");
      text += test::line((clock(i + 60 * hours) + (i % 3 == 0 ? "02" : "01")).c_str(),
                         pid + other_pids, "/bin/a", host);
    }
  }
};

TEST(JournalSeries, ATextLogsCopyIsCountedOnce) {
  const Twins twins(20);
  const MemoryLogFile journal("/var/log/journal/x/system.journal", twins.journal);
  // ... and a line that the journal does not have any more
  const MemoryLogFile text("/var/log/cron", test::line("Nov  2 05:40:01", 5) + twins.text,
                           kModified);
  const Read got = read({&journal, &text});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), 21U);
  EXPECT_EQ(got.series[0].records[0].pid, 5U);
  EXPECT_EQ(got.series[0].reports[0].duplicate_lines, 20U);  // /var/log/cron
  EXPECT_EQ(got.series[0].reports[1].records, 20U);
  EXPECT_TRUE(got.warnings.empty());
}

TEST(JournalSeries, TheJournalShowsAWrongZone) {
  const Twins twins(20, 2);
  const MemoryLogFile journal("/var/log/journal/x/system.journal",
                              twins.journal + entry(60 * 5, 1000));
  const MemoryLogFile text("/var/log/cron", twins.text, kModified);
  const Read got = read({&journal, &text});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), 21U);
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_NE(got.warnings[0].message.find("120 minutes later"), std::string::npos)
      << got.warnings[0].message;
  EXPECT_EQ(read({&journal, &text}, zone(2)).series[0].records.size(), 21U);
  EXPECT_TRUE(read({&journal, &text}, zone(2)).warnings.empty());
}

TEST(JournalSeries, WhatIsNotTheSameHostsIsJudgedApart) {
  const Twins twins(20, 0, 7000);
  const MemoryLogFile journal("/var/log/journal/x/system.journal", twins.journal);
  const MemoryLogFile text("/var/log/cron", twins.text, kModified);
  const Read got = read({&journal, &text});
  ASSERT_EQ(got.series.size(), 2U);
  EXPECT_EQ(got.series[0].records.size(), 20U);
  EXPECT_EQ(got.series[1].records.size(), 20U);
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_EQ(got.warnings[0].kind, WarningKind::duplicate_input);
}

TEST(JournalSeries, OneForgedLineIsNoReasonToPartThem) {
  const Twins twins(20);
  const MemoryLogFile journal("/var/log/journal/x/system.journal", twins.journal);
  const MemoryLogFile text("/var/log/cron", twins.text + test::line("Nov  2 06:09:30", 5000),
                           kModified);
  const Read got = read({&journal, &text});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), 21U);
}

}  // namespace
}  // namespace pidometer
