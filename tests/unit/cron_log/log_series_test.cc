#include "plugin/cron_log/log_series.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using namespace test;

TEST(LogSeries, AWarningNamesLineByteColumnAndReason) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const MemoryLogFile file("/var/log/cron",
                           a + "Nov  2 05:51:01 web01 CROND[0]: (root) CMD (x)\n" + a,
                           utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.warnings.size(), 1U);
  const Warning& warning = got.warnings[0];
  EXPECT_EQ(warning.kind, WarningKind::unparsed_line);
  EXPECT_EQ(warning.path, "/var/log/cron");
  EXPECT_EQ(warning.line, 2U);
  EXPECT_EQ(warning.range->begin, a.size());
  EXPECT_EQ(warning.message,
            "not read: PID out of range (byte " + std::to_string(a.size()) + ", column 32)");
  const UnreadSpan& span = got.series[0].unread[0];
  EXPECT_FALSE(span.damaged);
  EXPECT_EQ(span.after, utc(2026, 11, 2, 5, 50, 1));
  EXPECT_EQ(span.before, utc(2026, 11, 2, 5, 50, 1));
}

TEST(LogSeries, ALabelSaysWhetherALineOfItHasItsEnd) {
  const std::string start = "Nov  2 05:50:01 web01 CROND[10]: (root) CMD (";
  const MemoryLogFile file(
      "/var/log/cron",
      start + "a)\n" + start + "a b\n" + start + "c\n" + start + "c)\n" + start + "d)",
      utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  std::map<std::string, bool> whole;
  for (const JobLabel& label : got.series[0].labels) whole[label.command] = label.whole;
  whole.erase("");
  EXPECT_EQ(whole,
            (std::map<std::string, bool>{{"a", true}, {"a b", false}, {"c", true}, {"d", false}}));
}

TEST(LogSeries, ManyBadLinesAreCountedButNotTold) {
  std::string text = line("Nov  2 05:50:01", 10);
  for (int i = 0; i < 500; ++i) text += "Nov  2 05:51:01 web01 CROND[0]: (root) CMD (x)\n";
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 11, 3));
  const Read got = read({&file});
  EXPECT_EQ(got.series[0].reports[0].unparsed_lines, 500U);
  ASSERT_EQ(got.warnings.size(), 21U);
  EXPECT_NE(got.warnings.back().message.find("480 times more"), std::string::npos)
      << got.warnings.back().message;
  EXPECT_EQ(got.series[0].unread.size(), 1U);
  EXPECT_EQ(got.series[0].unread[0].lines, 500U);
}

TEST(LogSeries, ARecordBehindALongHoleIsReadAndFetched) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  const std::string hole(300000, '\0');
  const MemoryLogFile file("/var/log/cron", a + hole + b, utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  ASSERT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 20}));
  EXPECT_EQ(got.series[0].records[1].offset, a.size() + hole.size());
  EXPECT_EQ(fetch_lines(got.series[0], std::vector<std::uint32_t>{1})[0].value() + "\n", b);
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_NE(got.warnings[0].message.find("300000 NUL bytes"), std::string::npos);
}

TEST(LogSeries, WhatIsBeyondTheLimitsIsSaid) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  const MemoryLogFile older("/var/log/cron.1", a + b, utc(2026, 11, 3));
  const MemoryLogFile newer("/var/log/cron", line("Nov  2 07:50:01", 30), utc(2026, 11, 4));
  struct Case {
    const char* name;
    LogLimits limits;
    std::vector<Pid> want;
    std::size_t warnings, reports;
    bool complete;  ///< the older log
  };
  const Case cases[] = {
      {"none", {}, {10, 20, 30}, 0, 2, true},
      {"one log", {1, UINT32_MAX, UINT64_MAX}, {10, 20}, 1, 1, true},
      {"lines", {9, 2, UINT64_MAX}, {10, 30}, 1, 2, false},
      {"bytes", {9, UINT32_MAX, a.size()}, {10, 30}, 1, 2, false},
  };
  for (const Case& c : cases) {
    LogSeriesOptions options;
    options.limits = c.limits;
    const Read got = read({&older, &newer}, options);
    ASSERT_EQ(got.series.size(), 1U) << c.name;
    EXPECT_EQ(pids(got.series[0]), c.want) << c.name;
    EXPECT_EQ(got.series[0].reports.size(), c.reports) << c.name;
    EXPECT_EQ(got.series[0].reports.back().complete, c.complete) << c.name;
    ASSERT_EQ(got.warnings.size(), c.warnings) << c.name;
    for (const Warning& warning : got.warnings)
      EXPECT_EQ(warning.kind, WarningKind::skipped_file) << c.name;
  }
}

TEST(LogSeries, ACronThatIsNotReadIsNamedOnceALog) {
  struct Case {
    const char* name;
    std::string bytes;
    const char* want;  ///< start of the only warning; nullptr: none
  };
  const Case cases[] = {
      {"bcron", "Nov  2 05:50:01 web01 bcron-exec: (root) CMD (/a)\n",
       "1 line of bcron, which writes no PID: "},
      {"strings of a journal", "_PID=31\nSYSLOG_IDENTIFIER=CRON\nMESSAGE=(root) CMD\n",
       "1 line of a journal's loose fields: "},
      {"the journal of another program", "_PID=31\nSYSLOG_IDENTIFIER=sshd\n", nullptr},
      {"another program's", "! careful\n_x\nNov  2 05:50:01 web01 sshd[3]: x\n", nullptr},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file("/var/log/messages", c.bytes, utc(2026, 11, 3));
    const Read got = read({&file});
    EXPECT_TRUE(got.series.empty()) << c.name;
    ASSERT_EQ(got.warnings.size(), c.want == nullptr ? 0U : 1U) << c.name;
    if (c.want == nullptr) continue;
    EXPECT_TRUE(got.warnings[0].message.starts_with(c.want)) << got.warnings[0].message;
    EXPECT_EQ(got.warnings[0].kind, WarningKind::unparsed_line) << c.name;
    EXPECT_EQ(got.warnings[0].path, "/var/log/messages");
  }
}

TEST(LogSeries, DamagedLinesAreNoRecords) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  const std::string c = line("Nov  2 07:50:01", 30);
  MemoryLogFile file("/var/log/cron", a + b + c, utc(2026, 11, 3));
  file.damage(a.size() + 3, a.size() + 4, "E01 chunk checksum");
  const Read got = read({&file});
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 30}));
  EXPECT_EQ(got.series[0].reports[0].damage.size(), 1U);
  ASSERT_EQ(got.series[0].unread.size(), 1U);
  EXPECT_TRUE(got.series[0].unread[0].damaged);
  EXPECT_EQ(got.series[0].unread[0].after, utc(2026, 11, 2, 5, 50, 1));
  EXPECT_EQ(got.series[0].unread[0].before, utc(2026, 11, 2, 7, 50, 1));
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_EQ(got.warnings[0].kind, WarningKind::damaged_log);
}

TEST(LogSeries, AFileThatFailsLeavesAnIncompleteReport) {
  const std::string a = line("Nov  2 05:50:01", 10);
  MemoryLogFile shut("/var/log/cron.1", a, utc(2026, 11, 3));
  shut.refuses_to_open();
  MemoryLogFile broken("/var/log/cron", a + a, utc(2026, 11, 4));
  broken.breaks_at(a.size());
  const Read got = read({&shut, &broken});
  ASSERT_EQ(got.series.size(), 1U);
  ASSERT_EQ(got.series[0].reports.size(), 2U);
  EXPECT_FALSE(got.series[0].reports[0].complete);
  EXPECT_FALSE(got.series[0].reports[1].complete);
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10}));
  EXPECT_EQ(got.warnings.size(), 2U);
  for (const Warning& warning : got.warnings) EXPECT_EQ(warning.kind, WarningKind::skipped_file);
}

TEST(LogSeries, RotationsAreJoinedAndCopiesCountedOnce) {
  const std::string a = line("Oct 25 05:50:01", 10) + line("Oct 26 05:50:01", 20);
  const std::string b = line("Oct 31 05:50:01", 30) + line("Nov  1 05:50:01", 40);
  // Two equal lines in one file are two events; a file of its copies adds none.
  const std::string twice = line("Nov  2 05:50:01", 50) + line("Nov  2 05:50:01", 50);
  const MemoryLogFile live("/var/log/cron", twice, utc(2026, 11, 3));
  const MemoryLogFile first("/var/log/cron.1", b, utc(2026, 11, 1, 6));
  const MemoryLogFile packed("/var/log/cron.1.gz", b, utc(2026, 11, 1, 6));
  const MemoryLogFile second("/var/log/cron.2", a, utc(2026, 10, 27));
  const MemoryLogFile iso("/var/log/syslog",
                          "2026-11-02T05:50:01.123456+00:00 web01 CROND[50]: (root) CMD (/bin/a)\n"
                          "2026-11-02T05:50:02.123456+00:00 web01 kernel: x\n",
                          utc(2026, 11, 3));
  const Read got = read({&live, &first, &packed, &second, &iso});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 20, 30, 40, 50, 50}));
  std::vector<std::uint64_t> duplicates;
  std::vector<std::string> paths;
  for (const LogReport& report : got.series[0].reports) {
    duplicates.push_back(report.duplicate_lines);
    paths.push_back(report.entry.path);
  }
  EXPECT_EQ(paths,
            (std::vector<std::string>{"/var/log/cron", "/var/log/cron.1", "/var/log/cron.1.gz",
                                      "/var/log/cron.2", "/var/log/syslog"}));
  EXPECT_EQ(duplicates, (std::vector<std::uint64_t>{0, 0, 2, 0, 1}));
  for (const StoredRecord& record : got.series[0].records)
    EXPECT_EQ(got.series[0].files[record.file]->entry().path, paths[record.file]);
}

TEST(LogSeries, LogsSideBySideAreMergedByTime) {
  const MemoryLogFile cron("/var/log/cron.log",
                           "Nov  2 05:50:01 web01 CRON[11]: (root) CMD (/bin/a)\n"
                           "Nov  2 05:55:01 web01 CRON[21]: (root) CMD (/bin/a)\n",
                           utc(2026, 11, 3));
  const MemoryLogFile auth(
      "/var/log/auth.log",
      "Nov  2 05:50:01 web01 CRON[10]: pam_unix(cron:session): session opened for user root by "
      "(uid=0)\n"
      "Nov  2 05:50:02 web01 CRON[10]: pam_unix(cron:session): session closed for user root\n"
      "Nov  2 05:55:02 web01 CRON[20]: pam_unix(cron:session): session closed for user root\n",
      utc(2026, 11, 3));
  const Read got = read({&cron, &auth});
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 11, 10, 21, 20}));
}

TEST(LogSeries, AClockSetBackKeepsTheFilesOrder) {
  const MemoryLogFile file("/var/log/cron",
                           line("Nov  2 05:50:01", 10) + line("Nov  2 07:50:01", 20) +
                               line("Nov  2 06:00:01", 30) + line("Nov  2 06:10:01", 40),
                           utc(2026, 11, 3));
  const Read got = read({&file});
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 20, 30, 40}));
  EXPECT_LT(got.series[0].records[2].time, got.series[0].records[1].time);
}

TEST(LogSeries, RolesThatOneLineCannotTellAreSettled) {
  const std::string head = "Nov  2 04:01:01 web01 ";
  const MemoryLogFile file(
      "/var/log/cron",
      head + "crond[900]: (CRON) INFO (pidfile fd = 3)\n" + head +
          "crond[901]: (CRON) STARTUP (fork ok)\n" + head +
          "crond[901]: (CRON) INFO (running with inotify support)\n" + head +
          "run-parts(/etc/cron.hourly)[1000]: starting 0anacron\n" + head +
          "run-parts(/etc/cron.hourly)[1009]: finished 0anacron\n" + head +
          "run-parts(/etc/cron.daily)[1100]: starting logrotate\n" + head +
          "run-parts(/etc/cron.daily)[1100]: finished logrotate\n" + head +
          "crontab[1200]: (bob) BEGIN EDIT (bob)\n" + head +
          "crontab[1200]: (bob) REPLACE (bob)\n" + head + "crontab[1200]: (bob) END EDIT (bob)\n" +
          head + "crontab[1300]: (bob) REPLACE (bob)\n" + head +
          "anacron[1400]: Anacron started on 2026-11-02\n" + head +
          "anacron[1400]: Updated timestamp for job `cron.daily' to 2026-11-02\n" + head +
          "anacron[1500]: Updated timestamp for job `cron.daily' to 2026-11-02\n" + head +
          "anacron[1500]: Updated timestamp for job `cron.weekly' to 2026-11-02\n",
      utc(2026, 11, 3));
  const Read got = read({&file});
  std::vector<PidRole> roles;
  for (const StoredRecord& record : got.series[0].records) roles.push_back(record.pid_role);
  using enum PidRole;
  EXPECT_EQ(roles, (std::vector<PidRole>{old, boot, old, old, fresh, old, old, fresh, old, old,
                                         fresh, fresh, old, fresh, old}));
}

TEST(LogSeries, ScriptsOfOneNameInTwoFoldersAreTwoJobs) {
  const char* const forms[][2] = {{"run-parts(", ")[12]: "}, {"run-parts[12]: (", ") "}};
  for (const auto& [open, close] : forms) {
    const std::string head = std::string("Nov  2 04:01:01 web01 ") + open;
    const MemoryLogFile file("/var/log/cron",
                             head + "/etc/cron.hourly" + close + "starting 0anacron\n" + head +
                                 "/etc/cron.hourly" + close + "finished 0anacron\n" + head +
                                 "/etc/cron.daily/" + close + "starting 0anacron\n",
                             utc(2026, 11, 3));
    const Read got = read({&file});
    const LogSeries& series = got.series[0];
    ASSERT_EQ(series.records.size(), 3U) << open;
    EXPECT_EQ(series.records[0].label, series.records[1].label) << open;
    EXPECT_NE(series.records[0].label, series.records[2].label) << open;
    EXPECT_EQ(series.labels[series.records[0].label].command, "/etc/cron.hourly/0anacron") << open;
    EXPECT_EQ(series.labels[series.records[2].label].command, "/etc/cron.daily/0anacron") << open;
  }
}

// With its date each day's would be a job that was seen once, and what goes on behind it no alarm.
TEST(LogSeries, AnacronsStartsOfAllDaysAreOfOneLabel) {
  std::string text;
  for (const char* const start : {"Anacron started on 2026-11-01", "Anacron started on 2026-11-02",
                                  "Anacron 2.3 started on 2026-11-02"})
    text += std::string("Nov  2 03:01:01 web01 anacron[1400]: ") + start + "\n";
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 11, 3));
  const Read got = read({&file});
  const LogSeries& series = got.series[0];
  ASSERT_EQ(series.records.size(), 3U);
  EXPECT_EQ(series.records[0].label, series.records[1].label);
  EXPECT_EQ(series.labels[series.records[0].label].command, "Anacron started");
  EXPECT_EQ(series.labels[series.records[2].label].command, "Anacron 2.3 started");
}

TEST(LogSeries, RepetitionsAreNoReadings) {
  const MemoryLogFile file(
      "/var/log/messages",
      line("Nov  2 05:50:01", 10) + "Nov  2 05:51:01 web01 last message repeated 2 times\n" +
          "Nov  2 05:51:01 web01 sshd[3]: x\n" +
          "Nov  2 05:52:01 web01 last message repeated 3 times\n" +
          "Nov  2 05:53:01 web01 CROND[11]: message repeated 2 times: [ (root) CMD (/bin/a)]\n",
      utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series[0].records.size(), 3U);
  EXPECT_EQ(got.series[0].reports[0].other_lines, 2U);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(got.series[0].records[i].event, CronEvent::repeated);
    EXPECT_EQ(got.series[0].records[i].pid_role, PidRole::none);
  }
}

TEST(LogSeries, FilesWithoutCronLeaveNoReportUnlessTheirNameSaysCron) {
  const MemoryLogFile mail("/var/log/messages", "Nov  2 05:51:01 web01 sshd[3]: x\n",
                           utc(2026, 11, 3));
  const MemoryLogFile empty("/var/log/cron", "", utc(2026, 11, 3));
  MemoryLogFile hurt("/var/log/syslog", "Nov  2 05:51:01 web01 sshd[3]: x\n", utc(2026, 11, 3));
  hurt.damage(0, 1);
  EXPECT_TRUE(read({&mail}).series.empty());
  const Read got = read({&mail, &empty, &hurt});
  ASSERT_EQ(got.series.size(), 1U);
  ASSERT_EQ(got.series[0].reports.size(), 2U);
  EXPECT_EQ(got.series[0].reports[0].entry.path, "/var/log/cron");
  EXPECT_EQ(got.series[0].reports[1].entry.path, "/var/log/syslog");
}

TEST(LogSeries, LinesAreFetchedVerbatim) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20, "b\xFF  ");
  const std::string c = line("Nov  2 07:50:01", 30);
  const MemoryLogFile first("/var/log/cron.1", a + b, utc(2026, 11, 2, 7));
  const MemoryLogFile live("/var/log/cron", c, utc(2026, 11, 3));
  const Read got = read({&first, &live});
  const std::vector<std::uint32_t> wanted = {2, 1, 0, 1, 99};
  const auto lines = fetch_lines(got.series[0], wanted);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0].value() + "\n", c);
  EXPECT_EQ(lines[1].value() + "\n", b);
  EXPECT_EQ(lines[2].value() + "\n", a);
  EXPECT_EQ(lines[3].value() + "\n", b);
  EXPECT_FALSE(lines[4]);
}

TEST(LogSeries, TheMonitorStopsTheReading) {
  std::string text;
  for (Pid pid = 1; pid < 30000; ++pid) text += line("Nov  2 05:50:01", pid);
  const MemoryLogFile file("/var/log/cron", text, utc(2026, 11, 3));
  const LogFile* const files[] = {&file};
  std::uint64_t told = 0;
  int calls = 0;
  read_log_series(
      files, {}, [](Warning) {},
      [&](std::uint64_t bytes) {
        told += bytes;
        return true;
      });
  EXPECT_EQ(told, text.size());
  const auto series = read_log_series(
      files, {}, [](Warning) {}, [&](std::uint64_t) { return ++calls < 2; });
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(series[0].reports[0].complete);
  EXPECT_LT(series[0].records.size(), 29999U);
}

TEST(LogSeries, AHeadIsCronsWhereOneLineIs) {
  EXPECT_TRUE(looks_like_cron_log("garbage\n" + line("Nov  2 05:50:01", 10)));
  EXPECT_TRUE(looks_like_cron_log("root (11/05-08:50:00-2441) CMD (x)"));
  EXPECT_TRUE(looks_like_cron_log(std::string(3, '\0') + line("Nov  2 05:50:01", 10)));
  EXPECT_FALSE(looks_like_cron_log(""));
  EXPECT_FALSE(looks_like_cron_log("\x89PNG\r\n\x1a\n" + std::string(1000, '\0')));
  EXPECT_FALSE(looks_like_cron_log(
      "Nov  2 05:51:01 web01 sshd[3]: x\nNov  2 05:51:01 web01 last message repeated 2 times\n"));
}

}  // namespace
}  // namespace pidometer
