// Text logs laid beside journals where order, rotations, hosts or words were made to mislead.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/log_reader.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/journal_beside_text.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using namespace test::journal_beside_text;

/// Of the text logs: how much was not judged for that reason.
std::uint64_t not_judged(const LogSeries& series, const std::string& reason) {
  std::uint64_t count = 0;
  for (const LogReport& report : series.reports)
    if (report.beside_journal && report.beside_journal->not_judged.contains(reason))
      count += report.beside_journal->not_judged.at(reason);
  return count;
}

constexpr const char* kOutOfOrder =
    "out of the journal's order: what lies around it is compared without it";

TEST(CopiedLogs, ALineOutOfOrderSilencesNothing) {
  const std::vector<Line> lines = host();
  const std::string text = text_of(lines, [](const Line& line) { return line.minute != 300; });
  const std::string last = as_text(lines.back());
  const std::size_t noon = text.find(as_text({720, "CRON", 3160, "(root) CMD (/bin/a)"}));
  ASSERT_NE(noon, std::string::npos);
  const MemoryLogFile journal(kJournal, journal_of(lines));
  for (const std::string& written :
       {last + text, last + text.substr(0, text.size() - last.size()),
        text.substr(0, noon) + as_text(lines.front()) + text.substr(noon),
        text.substr(0, noon) + last + text.substr(noon)}) {
    const MemoryLogFile syslog("/var/log/syslog", written);
    const Told told = tell({&journal, &syslog});
    ASSERT_EQ(told.lost.size(), 1U);
    EXPECT_EQ(told.lost[0].verdict, AgainstJournal::lines_removed);
    EXPECT_EQ(told.lost[0].missing, 1U);
    EXPECT_EQ(told.lost[0].quoted.at(0).pid, 1000U + 3 * 300);
  }
  const MemoryLogFile syslog("/var/log/syslog", last + text);
  EXPECT_EQ(not_judged(tell({&journal, &syslog}).series, kOutOfOrder), 1U);
}

TEST(CopiedLogs, ACopyIsOneOfItsFamilyWhateverLiesBetweenTheRotations) {
  const std::vector<Line> lines = host();
  const auto all = [](const Line&) { return true; };
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile newer("/var/log/syslog", text_of(lines, all));
  const std::string some = text_of(lines, [](const Line& line) { return line.minute < 100; });
  const MemoryLogFile older("/var/log/syslog.1", some);
  // In the order of paths one lies between the two rotations, the other behind them.
  for (const char* name : {"/var/log/syslog-b", "/var/log/zlog"}) {
    SCOPED_TRACE(name);
    const MemoryLogFile other(name,
                              text_of(lines, [](const Line& l) { return between(l, 6, 200); }));
    const Told told = tell({&journal, &newer, &older, &other});
    for (const LogReport& report : told.series.reports)
      if (report.entry.path == "/var/log/syslog.1") {
        ASSERT_TRUE(report.beside_journal);
        EXPECT_EQ(report.beside_journal->copies, 0U);
      }
  }
}

TEST(CopiedLogs, AStopExcusesNothingOnceTheDaemonWritesAgain) {
  for (const char* text : {"omfile: Failed to open /x", "action exited", "Stopped it"}) {
    SCOPED_TRACE(text);
    std::vector<Line> lines = host();
    add(lines, {99, "rsyslogd", 400, text});
    const Told told = tell(lines, [](const Line& line) { return line.minute != 600; });
    ASSERT_EQ(told.lost.size(), 1U);
    EXPECT_EQ(told.lost[0].verdict, AgainstJournal::lines_removed);
  }
}

TEST(CopiedLogs, RotationsWithinOneAnotherTellOfALineOnce) {
  const std::vector<Line> lines = host();
  std::deque<MemoryLogFile> files;
  files.emplace_back(kJournal, journal_of(lines));
  files.emplace_back("/var/log/syslog", text_of(lines, [](const Line& line) {
                       return between(line, 170, 1200) && !between(line, 590, 620);
                     }));
  // Both of the lines around all that, in older ones.
  for (int k = 0; k < 30; ++k)
    files.emplace_back(fmt::format("/var/log/syslog.{}", k + 1),
                       as_text(lines[static_cast<std::size_t>(k)]) +
                           as_text(lines[lines.size() - 1 - static_cast<std::size_t>(k)]));
  std::vector<const LogFile*> read;
  for (const MemoryLogFile& file : files) read.push_back(&file);
  const Told told = tell(read);
  ASSERT_EQ(told.lost.size(), 1U);
  EXPECT_EQ(told.lost[0].missing, 5U);
  EXPECT_EQ(told.lost[0].first.file, &files[1]);
}

TEST(CopiedLogs, WhatIsLookedAtInAllIsBounded) {
  const std::vector<Line> lines = host(3 * kDay);
  std::deque<MemoryLogFile> files;
  files.emplace_back(kJournal, journal_of(lines));
  // Each a log of its own, within the one before.
  for (std::size_t k = 0; k < lines.size() / 2; ++k)
    files.emplace_back(fmt::format("/var/log/log{}", k),
                       as_text(lines[k]) + as_text(lines[lines.size() - 1 - k]));
  std::vector<const LogFile*> read;
  for (const MemoryLogFile& file : files) read.push_back(&file);
  const Told told = tell(read);
  EXPECT_TRUE(told.lost.empty());
  const std::uint64_t left =
      not_judged(told.series, "too many logs of the same lines to compare them all");
  EXPECT_GT(left, lines.size() * lines.size() / 4 - 65 * lines.size());
  EXPECT_LT(left, lines.size() * lines.size() / 4);
}

/// The second host's lines, a minute behind the first one's, in a PID range and a boot of its own.
std::string of_db02(std::string text) {
  for (std::size_t at = 0; (at = text.find("web01", at)) != std::string::npos;)
    text.replace(at, 5, "db02");
  return text;
}

TEST(CopiedLogs, JournalsOfTwoHostsAreComparedHostByHost) {
  const std::vector<Line> web = host();
  std::string journal;
  std::string text;
  for (Line line : web) {
    journal += as_entry(line);
    if (line.minute != 300) text += as_text(line);
    line.minute += 1;
    line.pid = 900'000 - 5 * line.pid;
    line.boot = 'c';
    journal += of_db02(as_entry(line));
    if (line.minute != 601) text += of_db02(as_text(line));
  }
  const MemoryLogFile entries(kJournal, journal);
  const MemoryLogFile syslog("/var/log/syslog", text);
  const test::Read got = test::read({&entries, &syslog});
  ASSERT_EQ(got.series.size(), 2U);
  for (const LogSeries& series : got.series) {
    SCOPED_TRACE(series.hostname);
    ASSERT_EQ(series.lost_copies.size(), 1U);
    EXPECT_EQ(series.lost_copies[0].verdict, AgainstJournal::lines_removed);
    EXPECT_EQ(series.lost_copies[0].missing, 1U);
    EXPECT_EQ(not_judged(series, "close to a boot"), 0U);
  }
}

TEST(CopiedLogs, LinesOfAnotherZoneAreWithinByTheJournalsTime) {
  constexpr int kAhead = 14 * 60;  // Pacific/Kiritimati, read as UTC
  const std::vector<Line> lines = host();
  std::string written;
  for (Line line : lines) {
    // What lies in the journal's time by both clocks is its own, the rest another machine's.
    if (line.minute >= kDay - kAhead) line.pid += 20'000;
    const int minute = line.minute + kAhead;
    written +=
        fmt::format("Nov {:2} {:02}:{:02}:01 ", 2 + minute / kDay, minute / 60 % 24, minute % 60) +
        as_text(line).substr(stamp(line.minute).size() + 1);
  }
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile text("/var/log/syslog", written);
  LogSeriesOptions options;
  options.year = 2026;
  const test::Read got = test::read({&journal, &text}, options);
  EXPECT_EQ(std::count_if(got.warnings.begin(), got.warnings.end(),
                          [](const Warning& warning) {
                            return warning.message.find("judged apart") != std::string::npos;
                          }),
            1);
}

/// The text log as a clock writes it that is off by so many minutes in each of them.
std::string dated_otherwise(const std::vector<Line>& lines, const std::function<int(int)>& minutes,
                            const char* seconds = ":01+") {
  std::string written;
  for (Line line : lines) {
    line.minute += minutes(line.minute) + kDay;
    std::string text = as_text(line);
    written += text.replace(text.find(":01+"), 4, seconds);
  }
  return written;
}

std::vector<Line> later(std::vector<Line> lines) {
  for (Line& line : lines) line.minute += kDay;
  return lines;
}

std::vector<std::string> warnings_of(const test::Read& got, const std::string& part) {
  std::vector<std::string> found;
  for (const Warning& warning : got.warnings)
    if (warning.message.find(part) != std::string::npos)
      found.push_back(warning.path + ": " + warning.message);
  return found;
}

// The zone is not known, and a night in which daylight saving ends lies between.
TEST(CopiedLogs, EachStretchHasAnOffsetOfItsOwn) {
  const std::vector<Line> lines = host(4 * kDay);
  const MemoryLogFile journal(kJournal, journal_of(later(lines)));
  struct Zones {
    const char* name;
    std::function<int(int)> minutes;
  };
  for (const Zones& zones : std::vector<Zones>{
           {"summer's end", [](int minute) { return minute < 2 * kDay + 180 ? 120 : 60; }},
           {"summer's begin", [](int minute) { return minute < 2 * kDay + 180 ? 60 : 120; }},
           {"a wrong zone", [](int minute) { return minute < kDay ? 0 : 60; }},
           {"a host that moved", [](int minute) {
              return minute < 300 ? 0 : minute < 3 * kDay ? 330 : -480;
            }}}) {
    SCOPED_TRACE(zones.name);
    const MemoryLogFile text("/var/log/syslog", dated_otherwise(lines, zones.minutes));
    const test::Read got = test::read({&journal, &text});
    ASSERT_EQ(got.series.size(), 1U);
    EXPECT_EQ(got.series[0].records.size(), lines.size());
    EXPECT_TRUE(got.series[0].lost_copies.empty());
    EXPECT_EQ(warnings_of(got, "give --timezone").size(), 1U);
  }
}

TEST(CopiedLogs, WhatIsCutOutOfAStretchIsFound) {
  std::vector<Line> lines = host(4 * kDay);
  const MemoryLogFile journal(kJournal, journal_of(later(lines)));
  std::erase_if(lines, [](const Line& line) { return line.minute == 3 * kDay; });
  const MemoryLogFile text("/var/log/syslog", dated_otherwise(lines, [](int minute) {
                             return minute < 2 * kDay + 180 ? 120 : 60;
                           }));
  const Told told = tell({&journal, &text});
  ASSERT_EQ(told.lost.size(), 1U);
  EXPECT_EQ(told.lost[0].verdict, AgainstJournal::lines_removed);
  EXPECT_EQ(told.lost[0].missing, 1U);
}

// By no zone for long: nobody knows where a line belongs that is not there.
TEST(CopiedLogs, ALogOfManyZonesIsNotJudgedLineByLine) {
  std::vector<Line> lines = host(4 * kDay);
  const std::size_t count = lines.size();
  const MemoryLogFile journal(kJournal, journal_of(later(lines)));
  std::erase_if(lines, [](const Line& line) { return line.minute == 3 * kDay; });
  const MemoryLogFile text("/var/log/syslog", dated_otherwise(lines, [](int minute) {
                             return minute % 50 == 0 ? 15 * (minute / 50 % 60) : 0;
                           }));
  const test::Read got = test::read({&journal, &text});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), count);
  EXPECT_TRUE(got.series[0].lost_copies.empty());
  EXPECT_EQ(not_judged(got.series[0],
                       "a considerable part of the log is dated otherwise than in the journal"),
            1U);
  const std::vector<std::string> told = warnings_of(got, "give --timezone");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("/var/log/syslog: beside " + std::string(kJournal)), std::string::npos)
      << told[0];
}

TEST(CopiedLogs, ADaemonThatWritesTheTimeOfReceptionMakesNoSecondRecords) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(later(lines)));
  for (const char* seconds : {":04+", ":21+"}) {
    const MemoryLogFile text("/var/log/syslog", dated_otherwise(
                                                    lines, [](int) { return 0; }, seconds));
    const Told told = tell({&journal, &text});
    EXPECT_EQ(told.series.records.size(), lines.size()) << seconds;
    EXPECT_TRUE(told.lost.empty()) << seconds;
  }
}

// A rule for cron, one for all and one for what is of interest: each of them writes the line.
TEST(CopiedLogs, EachOfThreeLogsHoldsEachLine) {
  const std::vector<Line> lines = host();
  const std::string all = text_of(lines, [](const Line&) { return true; });
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile cron("/var/log/cron", all + as_text({kDay, "CRON", 9000, "(root) CMD (x)"}));
  const MemoryLogFile syslog("/var/log/syslog",
                             all + as_text({kDay, "CRON", 9001, "(root) CMD (y)"}));
  const MemoryLogFile messages("/var/log/messages",
                               all + as_text({kDay, "CRON", 9002, "(root) CMD (z)"}));
  const test::Read got = test::read({&journal, &cron, &syslog, &messages});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), lines.size() + 3);
  EXPECT_TRUE(got.warnings.empty());
}

/// A log server's journal and text log of two hosts, with what the text log lacks of each.
std::pair<std::string, std::string> two_hosts(const std::vector<Line>& lines, const Keeps& web,
                                              const Keeps& db) {
  std::pair<std::string, std::string> logs;
  for (Line line : lines) {
    logs.first += as_entry(line);
    if (web(line)) logs.second += as_text(line);
    if (line.tag != "CRON") continue;
    line.minute += 1;
    line.pid = 900'000 - 5 * line.pid;
    line.boot = 'c';
    logs.first += of_db02(as_entry(line));
    if (db(line)) logs.second += of_db02(as_text(line));
  }
  return logs;
}

TEST(CopiedLogs, ADaemonsWordIsOfItsHost) {
  std::vector<Line> lines = host();
  add(lines, {299, "rsyslogd", 400, "imuxsock begins to drop messages due to rate-limiting"});
  const auto [entries, written] = two_hosts(
      lines, [](const Line& line) { return line.minute != 300 || line.tag != "CRON"; },
      [](const Line& line) { return line.minute != 301; });
  const MemoryLogFile journal(kJournal, entries);
  const MemoryLogFile text("/var/log/syslog", written);
  const test::Read got = test::read({&journal, &text});
  ASSERT_EQ(got.series.size(), 2U);
  for (const LogSeries& series : got.series)
    EXPECT_EQ(series.lost_copies.size(), series.hostname == "db02" ? 1U : 0U) << series.hostname;
}

TEST(CopiedLogs, AWordOfAHostThatTheJournalsDoNotHaveIsOfAll) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  for (const bool own : {false, true}) {
    std::string written = text_of(lines, [](const Line& line) { return line.minute != 300; });
    written += stamp(305) + (own ? " web01" : " loghost") + " rsyslogd: [origin] start\n";
    const MemoryLogFile text("/var/log/syslog", written);
    EXPECT_TRUE(tell({&journal, &text}).lost.empty()) << own;
  }
}

// Of more words than are kept the rest is excused, and the reader is told.
TEST(CopiedLogs, TooManyWordsAreToldOf) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const std::string before = text_of(lines, [](const Line& line) { return line.minute < 200; });
  const std::string behind =
      text_of(lines, [](const Line& line) { return line.minute >= 200 && line.minute != 600; });
  for (const std::size_t count : {kMostHints - 1, kMostHints + 5}) {
    std::string words;
    for (std::size_t i = 0; i < count; ++i)
      words += stamp(200) + " web01 rsyslogd: action suspended\n";
    const MemoryLogFile text("/var/log/syslog", before + words + behind);
    const test::Read got = test::read({&journal, &text});
    ASSERT_EQ(got.series.size(), 1U);
    EXPECT_EQ(got.series[0].lost_copies.empty(), count > kMostHints);
    EXPECT_EQ(warnings_of(got, "words of the syslog daemon").size(), count > kMostHints ? 1U : 0U);
  }
}

// One boot with two names in turn, whose records are two series: between them nobody can say what
// is missing in whose log, and it is counted.
TEST(CopiedLogs, WhatLiesBetweenRecordsOfTwoHostsIsCounted) {
  std::string journal;
  std::string text;
  for (Line line : host()) {
    const bool other = line.minute >= 300 && line.minute < 600;
    if (other) line.pid = 900'000 - 5 * line.pid;
    journal += other ? of_db02(as_entry(line)) : as_entry(line);
    if (line.minute != 300) text += other ? of_db02(as_text(line)) : as_text(line);
  }
  const MemoryLogFile entries(kJournal, journal);
  const MemoryLogFile syslog("/var/log/syslog", text);
  const test::Read got = test::read({&entries, &syslog});
  ASSERT_EQ(got.series.size(), 2U);
  std::uint64_t counted = 0;
  for (const LogSeries& series : got.series) {
    EXPECT_TRUE(series.lost_copies.empty());
    counted += not_judged(series, "between records of two hosts");
  }
  EXPECT_EQ(counted, 1U);
}

}  // namespace
}  // namespace pidometer
