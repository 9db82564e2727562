#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::pids;
using test::Read;
using test::read;
using test::utc;

std::vector<Pid> fresh_pids(const LogSeries& series) {
  std::vector<Pid> result;
  for (const StoredRecord& record : series.records)
    if (record.pid_role == PidRole::fresh) result.push_back(record.pid);
  return result;
}

TEST(OtherSystems, TheJobsPidIsTheReadingWhereverItStands) {
  struct Case {
    const char* name;
    const char* path;
    std::string bytes;
    std::vector<Pid> fresh;
    std::vector<std::string> dialects;
  };
  const Case cases[] = {
      {"OpenWrt",
       "/var/log/messages",
       "Fri Oct  2 16:00:00 2026 cron.info crond[1234]: USER root pid 4099 cmd /bin/a\n"
       "Fri Oct  2 16:00:03 2026 daemon.notice netifd: wan (802): lease renewed\n"
       "Fri Oct  2 16:05:00 2026 cron.info crond[1234]: USER root pid 4112 cmd /bin/a\n",
       {4099, 4112},
       {"busybox"}},
      {"Alpine, where the daemon's PID is a job's later on",
       "/var/log/messages",
       "Oct  2 16:00:00 gw01 cron.info crond[4112]: USER root pid 4099 cmd /bin/a\n"
       "Oct  2 16:05:00 gw01 cron.info crond[4112]: USER root pid 4112 cmd /bin/a\n"
       "Oct  2 16:10:00 gw01 cron.info crond[4112]: USER root pid 4125 cmd /bin/a\n",
       {4099, 4112, 4125},
       {"busybox"}},
      {"fcron",
       "/var/log/cron.log",
       "Oct  2 16:00:00 db01 fcron[801]: Job '/bin/a' started for user root (pid 802)\n"
       "Oct  2 16:00:09 db01 fcron[801]: Job '/bin/a' completed\n"
       "Oct  2 16:10:00 db01 fcron[811]: Job '/bin/a' started for user root (pid 812)\n",
       {802, 812},
       {"fcron"}},
      {"dcron",
       "/var/log/cron",
       "Oct  2 16:00:00 db01 crond: FILE /etc/cron.d/x USER root PID  99 /bin/a\n"
       "Oct  2 16:10:00 db01 crond: FILE /etc/cron.d/x USER root PID 104 /bin/a\n",
       {99, 104},
       {"dcron"}},
      {"OpenBSD",
       "/var/cron/log",
       "Oct  2 16:00:00 db01 newsyslog[2]: logfile turned over\n"
       "Oct  2 16:00:01 db01 /usr/sbin/cron[31565]: (root) CMD (/bin/a)\n",
       {31565},
       {"vixie_syslog"}},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file(c.path, c.bytes, utc(2026, 10, 3));
    const Read got = read({&file});
    ASSERT_EQ(got.series.size(), 1U) << c.name;
    EXPECT_EQ(fresh_pids(got.series[0]), c.fresh) << c.name;
    EXPECT_EQ(got.series[0].reports[0].dialects, c.dialects) << c.name;
    for (const Warning& warning : got.warnings) ADD_FAILURE() << c.name << ": " << warning.message;
  }
}

TEST(OtherSystems, SolarisNamesTheCommandOnTheLineBefore) {
  const std::string bytes =
      "! *** cron started ***   pid = 301 Fri Oct  2 15:59:01 2026\n"
      ">  CMD: /usr/lib/a -x\n"
      ">  root 410 c Fri Oct  2 16:00:00 2026\n"
      ">  CMD: /b\n"
      ">  oracle 411 c Fri Oct  2 16:00:00 2026\n"
      "<  root 410 c Fri Oct  2 16:00:02 2026\n"
      "! rescheduling a cron job Fri Oct  2 16:00:04 2026\n"
      ">  root 415 c Fri Oct  2 16:05:00 2026\n"
      "<  oracle 411 c Fri Oct  2 16:10:00 2026 rc=1\n";
  const MemoryLogFile file("/var/cron/log", bytes, utc(2026, 10, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  const LogSeries& series = got.series[0];
  std::vector<std::string> jobs;
  for (const StoredRecord& record : series.records)
    if (record.event == CronEvent::command)
      jobs.push_back(std::to_string(record.pid) + " " + series.labels[record.label].username +
                     ": " + series.labels[record.label].command);
  // The command of 415 was not logged: that of another job is not to stand for it.
  EXPECT_EQ(jobs,
            (std::vector<std::string>{"410 root: /usr/lib/a -x", "411 oracle: /b", "415 root: "}));
  EXPECT_EQ(series.records[0].pid_role, PidRole::boot);
  EXPECT_EQ(series.records[0].time, utc(2026, 10, 2, 15, 59, 1));
  const std::map<std::string, std::uint64_t> want = {
      {"the command of Solaris cron's next line, which has its time and PID", 2},
      {"words of Solaris cron without a PID", 1}};
  EXPECT_EQ(series.reports[0].lines_skipped, want);
  EXPECT_TRUE(got.warnings.empty());
  EXPECT_TRUE(looks_like_cron_log(bytes));
}

TEST(OtherSystems, EveryHostOfALogServerIsASeries) {
  // Two counters far apart, interleaved; and a third program's lines.
  std::string sandia;
  std::string busybox;
  for (int i = 0; i < 6; ++i) {
    const std::string minute = std::to_string(10 + i);
    const std::string seconds = std::to_string(1131566400 + i * 60);
    const auto add = [&](const std::string& host, int pid) {
      sandia += "- " + seconds + " 2005.11.09 " + host + " Nov 9 12:0" + std::to_string(i) +
                ":00 " + host + "/" + host + " crond[" + std::to_string(pid) +
                "]: (root) CMD (/a)\n";
      busybox += "Nov  9 12:" + minute + ":00 " + host + " cron.info crond[" +
                 (host == "dn1" ? "77" : "78") + "]: USER root pid " + std::to_string(pid) +
                 " cmd /a\n";
    };
    add("dn1", 900 + 3 * i);
    add("dn2", 20000 - 2000 * (i % 2) + 4 * i);
    sandia += "- " + seconds + " 2005.11.09 dn1 Nov 9 12:00:00 dn1/dn1 kernel: up\n";
  }
  for (const std::string& bytes : {sandia, busybox}) {
    const MemoryLogFile file("/logs/all", bytes, utc(2005, 11, 10));
    const Read got = read({&file});
    ASSERT_EQ(got.series.size(), 2U);
    EXPECT_EQ(got.series[0].hostname, "dn1");
    EXPECT_EQ(got.series[1].hostname, "dn2");
    EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{900, 903, 906, 909, 912, 915}));
  }
}

TEST(OtherSystems, TheEnvelopesClocksDateTheLine) {
  const MemoryLogFile file("/logs/current",
                           "2026-10-02T14:00:01.5 cron.info: Oct  2 16:00:00 crond[9]: USER root "
                           "pid 50 cmd /a\n"
                           "2027-01-01T00:00:01.5 cron.info: Jan  1 01:00:00 crond[9]: USER root "
                           "pid 90 cmd /a\n",
                           utc(2030, 1, 1));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  ASSERT_EQ(got.series[0].records.size(), 2U);
  EXPECT_EQ(got.series[0].records[0].time, utc(2026, 10, 2, 14, 0, 0));
  EXPECT_EQ(got.series[0].records[0].utc_offset_minutes, 120);
  EXPECT_EQ(got.series[0].records[1].time, utc(2027, 1, 1, 0, 0, 0));
  EXPECT_EQ(got.series[0].records[1].utc_offset_minutes, 60);
  EXPECT_EQ(got.series[0].reports[0].time_basis.certainty, "exact");
}

TEST(OtherSystems, WhatRsyslogWritesTwiceIsCountedOnce) {
  // Debian's default sends cron's lines to syslog, and with one line uncommented to cron.log too.
  std::string syslog;
  std::string cron;
  for (int i = 10; i < 40; ++i) {
    const std::string line = "Oct  2 16:" + std::to_string(i) + ":01 web01 CRON[" +
                             std::to_string(500 + 3 * i) + "]: (root) CMD (/bin/a)\n";
    syslog += line + "Oct  2 16:" + std::to_string(i) + ":02 web01 sshd[7]: x\n";
    cron += line;
  }
  const MemoryLogFile first("/var/log/syslog", syslog, utc(2026, 10, 3));
  const MemoryLogFile second("/var/log/cron.log", cron, utc(2026, 10, 3));
  const Read got = read({&first, &second});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].records.size(), 30U);
  std::uint64_t duplicates = 0;
  for (const LogReport& report : got.series[0].reports) duplicates += report.duplicate_lines;
  EXPECT_EQ(duplicates, 30U);
}

TEST(OtherSystems, EveryLineThatIsNoRecordIsCountedByItsReason) {
  const std::string bytes =
      "Oct  2 16:00:01 web01 CRON[501]: (root) CMD (/bin/a)\n"
      "\n"
      "Oct  2 16:00:02 web01 sshd[7]: x\n"
      "Oct  2 16:00:03 web01 sshd[8]: y\n"
      "Oct  2 16:00:03 web01 last message repeated 2 times\n"
      "Oct  2 16:00:04 web01 incrond[94]: (root) CMD (/bin/a)\n"
      "Oct  2 16:00:05 web01 bcron-exec: (root) CMD (/bin/a)\n"
      "Oct  2 16:00:06 web01 crond[9]: wakeup dt=50\n"
      "Oct  2 16:00:07 web01 crond[9]: USER root pid 3x cmd a\n"
      "crond: USER root pid 31 cmd a\n"
      "Oct  2 16:00:09 web01 CRON[502]: (root) CMD (" +
      std::string(70000, 'x') +
      ")\n"
      "Oct  2 16:00:10 web01 CRON[503]: (root) CMD (/bin/a)\n";
  MemoryLogFile file("/var/log/syslog", bytes, utc(2026, 10, 3));
  file.damage(bytes.size() - 20, bytes.size());
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  const std::map<std::string, std::uint64_t> want = {
      {"a job's PID without a time: nothing dates it", 1},
      {"a repetition of another program's line", 1},
      {"another program's line", 2},
      {"bcron writes no PID: no reading", 1},
      {"blank line", 1},
      {"debug words of crond", 1},
      {"incrond is not cron", 1},
      {"it is longer than 65536 bytes", 1},
      {"its bytes are damaged in the evidence", 1},
      {"no PID of the job where it should stand", 1},
  };
  EXPECT_EQ(got.series[0].reports[0].lines_skipped, want);
  EXPECT_EQ(got.series[0].reports[0].records, 1U);
}

}  // namespace
}  // namespace pidometer
