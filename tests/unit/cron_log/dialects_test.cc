#include "plugin/cron_log/dialects.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pidometer {
namespace {

using Kind = ParsedLine::Kind;

TEST(Dialects, EverySampleParsesInItsDialectAndInNoOther) {
  std::size_t samples = 0;
  for (const Dialect& owner : dialects()) {
    ASSERT_FALSE(owner.samples.empty()) << owner.name;
    ASSERT_FALSE(owner.source.empty()) << owner.name;
    for (const std::string_view sample : owner.samples) {
      ++samples;
      const auto framed = parse_framing(sample);
      ASSERT_TRUE(framed) << sample;
      for (const Dialect& dialect : dialects()) {
        const bool taken = dialect.parse(*framed).kind == Verdict::Kind::record;
        EXPECT_EQ(taken, dialect.name == owner.name) << dialect.name << ": " << sample;
      }
      const ParsedLine parsed = parse_line(sample);
      EXPECT_EQ(parsed.kind, Kind::record) << sample;
      EXPECT_EQ(dialects()[parsed.dialect].name, owner.name) << sample;
      EXPECT_EQ(parsed.reason, nullptr) << sample;
    }
  }
  EXPECT_GT(samples, 50U);
}

TEST(Dialects, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const Dialect& dialect : dialects()) EXPECT_TRUE(names.insert(dialect.name).second);
}

TEST(Dialects, SampleLinesBecomeTheseRecords) {
  struct Case {
    const char* line;
    CronEvent event;
    PidRole role;
    Pid pid;
    const char* host;
    const char* reporter;
    const char* user;
    const char* command;
  };
  const Case cases[] = {
      {"root (11/05-08:50:00-2441) CMD (   /sbin/rmmod -as)", CronEvent::command, PidRole::fresh,
       2441, "", "", "root", "/sbin/rmmod -as"},
      {"CRON (11/05-09:33:42-390) STARTUP (fork ok)", CronEvent::startup, PidRole::boot, 390, "",
       "", "CRON", "fork ok"},
      {"Sep  9 04:22:01 web01 crond[11344]: (root) CMD (run-parts /etc/cron.weekly) ",
       CronEvent::command, PidRole::fresh, 11344, "web01", "crond", "root",
       "run-parts /etc/cron.weekly"},
      {"Jan  1 06:52:01 web01 /USR/SBIN/CRON[3035]: (www-data) CMD (test -x /a || ( cd / && b ))",
       CronEvent::command, PidRole::fresh, 3035, "web01", "/USR/SBIN/CRON", "www-data",
       "test -x /a || ( cd / && b )"},
      {"Jan 22 07:54:01 web01 CRON[31067]: (root) CMD (/sbin/status.mycheck))", CronEvent::command,
       PidRole::fresh, 31067, "web01", "CRON", "root", "/sbin/status.mycheck)"},
      {"Apr 20 12:01:01 web01 CROND[4194304]: (root) CMDEND (run-parts /etc/cron.hourly)",
       CronEvent::command_end, PidRole::old, 4194304, "web01", "CROND", "root",
       "run-parts /etc/cron.hourly"},
      {"May  7 07:59:00 web01 CROND[77]: (root) CMDOUT (a) b)", CronEvent::command_output,
       PidRole::old, 77, "web01", "CROND", "root", "a) b"},
      {"Oct  1 03:00:01 web01 CROND[811]: (alice) ERROR (failed to change user): Operation not "
       "permitted",
       CronEvent::error, PidRole::none, 811, "web01", "CROND", "alice", "failed to change user"},
      {"Dec 12 07:17:39 web01 crond[1056]: (CRON) STARTUP (1.4.4)", CronEvent::startup,
       PidRole::boot, 1056, "web01", "crond", "CRON", "1.4.4"},
      {"Dec 15 10:19:01 web01 crond[5673]: (root) RELOAD (/var/spool/cron/root)", CronEvent::reload,
       PidRole::old, 5673, "web01", "crond", "root", "/var/spool/cron/root"},
      {"Feb  3 17:32:15 web01 CRON[813]: pam_unix(cron:session): session opened for user "
       "bob(uid=0) by "
       "(uid=0)",
       CronEvent::session, PidRole::none, 813, "web01", "CRON", "bob",
       "pam_unix(cron:session): session opened for user bob(uid=0) by (uid=0)"},
      {"Feb  3 17:32:15 web01 CRON[813]: pam_unix(cron:session): session closed for user bob",
       CronEvent::session, PidRole::old, 813, "web01", "CRON", "bob",
       "pam_unix(cron:session): session closed for user bob"},
      {"Aug 29 04:01:01 web01 run-parts(/etc/cron.hourly)[13699]: finished 0anacron",
       CronEvent::run_parts_finish, PidRole::old, 13699, "web01", "run-parts(/etc/cron.hourly)", "",
       "0anacron"},
      {"Jun  3 11:02:01 web01 crond[2212]: CRON (alice) ERROR: failed to open PAM security "
       "session: "
       "Success",
       CronEvent::error, PidRole::none, 2212, "web01", "crond", "alice",
       "failed to open PAM security session: Success"},
      {"Oct  1 03:00:01 web01 CRON[812]: User account has expired", CronEvent::error, PidRole::none,
       812, "web01", "CRON", "", "User account has expired"},
      {"Oct  1 03:00:01 web01 CROND[812]: pam_limits(crond:session): could not set limit",
       CronEvent::session, PidRole::none, 812, "web01", "CROND", "",
       "pam_limits(crond:session): could not set limit"},
      {"Oct  1 03:00:01 web01 CRON[812]: pam_env(cron:session): Unable to open env file: "
       "/etc/default/locale: No such file or directory",
       CronEvent::session, PidRole::none, 812, "web01", "CRON", "",
       "pam_env(cron:session): Unable to open env file: /etc/default/locale: No such file or "
       "directory"},
      {"Oct  1 03:00:01 web01 /usr/sbin/cron[812]: pam_unix(crond:session): session opened for "
       "user bob by (uid=0)",
       CronEvent::session, PidRole::none, 812, "web01", "/usr/sbin/cron", "bob",
       "pam_unix(crond:session): session opened for user bob by (uid=0)"},
      {"Oct  1 03:00:01 web01 cron[811]: Error: bad hour; while reading /etc/crontab",
       CronEvent::error, PidRole::none, 811, "web01", "cron", "",
       "Error: bad hour; while reading /etc/crontab"},
      {"Oct  1 03:00:01 web01 cron[811]: (*system*x) INSECURE MODE (group/other writable) "
       "(/etc/cron.d/x)",
       CronEvent::error, PidRole::old, 811, "web01", "cron", "*system*x",
       "group/other writable) (/etc/cron.d/x"},
      {"Oct  1 03:00:01 web01 cron[911]: (CRON) DEATH (cron already running, pid: 811)",
       CronEvent::error, PidRole::none, 911, "web01", "cron", "CRON",
       "cron already running, pid: 811"},
      {"Oct  1 03:00:01 web01 crond[912]: (CRON) CAN'T FORK (child_process): Resource temporarily "
       "unavailable",
       CronEvent::error, PidRole::none, 912, "web01", "crond", "CRON", "child_process"},
      {"Oct  1 03:00:01 web01 crontab[913]: (root) SET HOST (web02)", CronEvent::info,
       PidRole::fresh, 913, "web01", "crontab", "root", "web02"},
      {"Oct  5 04:01:01 web01 run-parts[2210]: (/etc/cron.hourly) starting 0anacron",
       CronEvent::run_parts_start, PidRole::old, 2210, "web01", "run-parts", "", "0anacron"},
      {"Apr 20 12:01:01 web01 anacron[2650]: Anacron started on 2025-04-20",
       CronEvent::anacron_start, PidRole::fresh, 2650, "web01", "anacron", "",
       "Anacron started on 2025-04-20"},
      {"Jan 22 02:45:33 web01 crontab[25634]: (alice) BEGIN EDIT (root)", CronEvent::crontab_edit,
       PidRole::fresh, 25634, "web01", "crontab", "alice", "root"},
      {"Feb  6 08:07:01 web01 CRON[21773]: message repeated 2 times: [ (root) CMD (/bin/a)]",
       CronEvent::repeated, PidRole::none, 0, "web01", "CRON", "",
       "message repeated 2 times: [ (root) CMD (/bin/a)]"},
      {"<78>1 2017-04-27T08:09:01+02:00 web01 CRON 1472 - -  (root) CMD (/a)", CronEvent::command,
       PidRole::fresh, 1472, "web01", "CRON", "root", "/a"},
      {"Mar 24 09:45:00 gw01 cron.info crond[17]: USER root pid  31 cmd echo hello",
       CronEvent::command, PidRole::fresh, 31, "gw01", "crond", "root", "echo hello"},
      {"2026-09-28T21:00:00Z crond: USER root pid  49 cmd a", CronEvent::command, PidRole::fresh,
       49, "", "crond", "root", "a"},
      {"Fri Jan 19 16:10:01 2018 cron.info crond[2056]: crond: USER root pid 15405 cmd /a",
       CronEvent::command, PidRole::fresh, 15405, "", "crond", "root", "/a"},
      {"Sat Jan 24 14:17:04 2015 cron.info crond[1526]: crond: crond (busybox 1.22.1) started, log "
       "level 5",
       CronEvent::startup, PidRole::boot, 1526, "", "crond", "",
       "crond (busybox 1.22.1) started, log level 5"},
      {"Mar 24 09:46:00 gw01 crond[17]: user bob: process already running: /a", CronEvent::info,
       PidRole::none, 17, "gw01", "crond", "bob", "user bob: process already running: /a"},
      {"Nov  2 05:50:01 gw01 crond[8]: FILE /var/my cron/root USER bob PID 977 job daily",
       CronEvent::command, PidRole::fresh, 977, "gw01", "crond", "bob", "job daily"},
      {"Sep 10 02:30:00 db01 fcron[26453]: Job 'a (pid 3)' started for user root (pid 26454)",
       CronEvent::command, PidRole::fresh, 26454, "db01", "fcron", "root", "a (pid 3)"},
      {"Sep 10 02:31:00 db01 fcron[26453]: Job 'a' completed", CronEvent::command_end, PidRole::old,
       26453, "db01", "fcron", "", "Job 'a' completed"},
      {">  root 19947 c Thu Oct 11 12:31:00 2018", CronEvent::command, PidRole::fresh, 19947, "",
       "", "root", ""},
      {"<  root 19947 c Thu Oct 11 12:31:00 2018 rc=1", CronEvent::command_end, PidRole::old, 19947,
       "", "", "root", ""},
      {"! *** cron started ***   pid = 536 Thu Feb 13 20:17:25 2025", CronEvent::startup,
       PidRole::boot, 536, "", "", "",
       "! *** cron started ***   pid = 536 Thu Feb 13 20:17:25 2025"},
      {"Sep  9 14:47:01.356376 notice CSCP-1 crond[11196]: (root) CMD (/a)", CronEvent::command,
       PidRole::fresh, 11196, "CSCP-1", "crond", "root", "/a"},
      {"- 1131566461 2005.11.09 dn596 Nov 9 12:01:01 dn596/dn596 crond[2728]: (root) CMD (/a)",
       CronEvent::command, PidRole::fresh, 2728, "dn596", "crond", "root", "/a"},
      {"May 20 10:00:00 web01 CROND[5]: (d\xC3\xBCrer\xFF) CMD (caf\xE9)", CronEvent::command,
       PidRole::fresh, 5, "web01", "CROND", "d\xC3\xBCrer\xFF", "caf\xE9"},
  };
  for (const Case& c : cases) {
    const ParsedLine parsed = parse_line(c.line);
    ASSERT_EQ(parsed.kind, Kind::record) << c.line;
    EXPECT_EQ(parsed.record.event, c.event) << c.line;
    EXPECT_EQ(parsed.record.pid_role, c.role) << c.line;
    EXPECT_EQ(parsed.record.pid, c.pid) << c.line;
    EXPECT_EQ(parsed.record.hostname, c.host) << c.line;
    EXPECT_EQ(parsed.record.reporter, c.reporter) << c.line;
    EXPECT_EQ(parsed.record.username, c.user) << c.line;
    EXPECT_EQ(parsed.record.command, c.command) << c.line;
    EXPECT_EQ(parsed.reason, nullptr) << c.line;
  }
}

TEST(Dialects, WhatIsNotARecordSaysWhy) {
  struct Case {
    const char* line;
    Kind kind;
    const char* reason;
    std::size_t column;
  };
  const Case cases[] = {
      {"", Kind::skipped, "blank line", 0},
      {"   ", Kind::skipped, "blank line", 0},
      {"Sep  2 06:15:01 web01 incrond[94]: (root) CMD (/bin/a)", Kind::skipped,
       "incrond is not cron", 0},
      {"Sep  2 06:15:01 web01 sshd[94]: Accepted publickey", Kind::skipped,
       "another program's line", 0},
      {"Sep  2 06:15:01 web01 kernel: oops", Kind::skipped, "another program's line", 0},
      {"Mar 24 09:45:00 web01 crond[17]: USER root pid   0 cmd echo hello", Kind::skipped,
       "the job could not be started: it has no PID", 0},
      {"Mar 24 09:45:00 web01 crond[17]: USER root pid 4194305 cmd a", Kind::malformed,
       "PID out of range", 33},
      {"Mar 24 09:45:00 web01 crond[17]: USER root pid 3x cmd a", Kind::malformed,
       "no PID of the job where it should stand", 47},
      {"Mar 24 09:45:00 web01 crond[17]: USER root pid 31", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 33},
      {"Mar 24 09:45:00 web01 crond[17]: wakeup dt=50", Kind::skipped, "debug words of crond", 0},
      {"Mar 24 09:45:00 web01 crond[17]:  line /bin/a", Kind::skipped, "debug words of crond", 0},
      {"2026-03-24T09:45:00Z crond: crond (busybox 1.37.0) started, log level 8", Kind::skipped,
       "words of crond without a PID", 0},
      {"crond: USER root pid 122 cmd /bin/a", Kind::malformed,
       "a job's PID without a time: nothing dates it", 0},
      {"crond: crond (busybox 1.26.2) started, log level 4", Kind::skipped,
       "words of crond without a time", 0},
      {"Nov  2 05:50:01 web01 crond[8]: FILE /etc/crontabs/root USER root PID 25", Kind::malformed,
       "dcron's line ends before the job's PID", 32},
      {"FILE /etc/crontabs/root USER root PID 25", Kind::malformed,
       "a job's PID without a time: nothing dates it", 0},
      {"Dec 18 14:10:00 web01 fcron[1196]: Job /bin/a", Kind::malformed,
       "fcron's line ends before the job's PID", 35},
      {"Dec 18 14:10:00 web01 fcron[1196]: Job /bin/a completed started for user root (pid",
       Kind::malformed, "fcron's line ends before the job's PID", 35},
      {"Dec 18 14:10:00 web01 fcron: x", Kind::skipped, "words of fcron without a PID", 0},
      {">  CMD: /bin/a -x", Kind::skipped,
       "the command of Solaris cron's next line, which has its time and PID", 0},
      {">  root 19947 c Thu Oct 11 12:31", Kind::malformed,
       "no whole time at the end of Solaris cron's line", 0},
      {"! SIGTERM Wed Feb 12 21:42:55 2025", Kind::skipped, "words of Solaris cron without a PID",
       0},
      {"> root wrote 5 c lines", Kind::skipped, "not a log line", 0},
      {"Nov  2 05:50:01 web01 bcron-exec: (root) CMD (/bin/a)", Kind::skipped,
       "bcron writes no PID: no reading", 0},
      {"[  170.837216] systemd-crontab-generator[231]: ignoring /etc/cron.d/a", Kind::skipped,
       "systemd-crontab-generator is not cron", 0},
      {"[  170.837216] web01 CROND[231]: (root) CMD (/bin/a)", Kind::malformed,
       "a time since the boot and no date", 0},
      {"[  170.837216] usb 1-1: new device", Kind::skipped, "not cron's, and no date", 0},
      {"-- Boot 0123456789abcdef0123456789abcdef --", Kind::skipped, "journalctl's own words", 0},
      {"                  )", Kind::skipped, "the end of a MAIL line", 0},
      {"Sep  2 06:15:01 web01 CRON[0]: (root) CMD (/bin/a)", Kind::malformed, "PID out of range",
       31},
      {"Sep  2 06:15:01 web01 CRON[4194305]: (root) CMD (/bin/a)", Kind::malformed,
       "PID out of range", 37},
      {"Sep  2 06:15:01 web01 CRON[99999999999999999999]: (root) CMD (/bin/a)", Kind::malformed,
       "PID out of range", 50},
      {"Sep  2 06:15:01 web01 CRON: (root) CMD (/bin/a)", Kind::malformed,
       "no PID after the program's name", 28},
      {"Nov  5 09:33:42 web01 crond: crond startup succeeded", Kind::skipped,
       "another program's words under cron's name", 0},
      {"Nov  5 09:33:42 web01 crond: crond shutdown succeeded", Kind::skipped,
       "another program's words under cron's name", 0},
      {"Nov  5 09:33:42 web01 cron: cron startup succeeded", Kind::skipped,
       "another program's words under cron's name", 0},
      {"Nov  5 09:33:42 web01 anacron: anacron startup succeeded", Kind::skipped,
       "another program's words under anacron's name", 0},
      {"Nov  5 09:33:42 web01 systemd[1]: Started cron.service - Regular background program "
       "processing daemon.",
       Kind::skipped, "another program's line", 0},
      {"Nov  5 09:33:42 web01 systemd[1]: crond.service: Deactivated successfully.", Kind::skipped,
       "another program's line", 0},
      {"Nov  5 09:33:42 web01 rc: Starting crond: succeeded", Kind::skipped,
       "another program's line", 0},
      {"Nov  5 09:33:42 web01 CRON[12]: nss_ldap: reconnecting to LDAP server", Kind::skipped,
       "a library's words in a cron process", 0},
      {"Nov  5 09:33:42 web01 cron[12]: login_getclass: unknown class 'daily'", Kind::skipped,
       "a library's words in a cron process", 0},
      {"Nov  5 09:33:42 web01 crond: (root) CMD (/bin/a)", Kind::malformed,
       "no PID after the program's name", 29},
      {"Nov  5 09:33:42 web01 crond: oot) CMD (/bin/a)", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 29},
      {"Nov  5 09:33:42 web01 cron[12]: odd: (root) CMD (/bin/a)", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 32},
      {"Nov  5 09:33:42 web01 cron[12]: (root CMD", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 32},
      {"Nov  5 09:33:42 web01 crond[12]: ", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 33},
      {"Nov  5 09:33:42 web01 crond: ", Kind::malformed, "no (user) EVENT (detail) after the tag",
       29},
      {"Sep  2 06:15:01 web01 CRON[12]: garbage", Kind::malformed,
       "no (user) EVENT (detail) after the tag", 32},
      {"01 web01 CROND[12]: (root) CMD (/bin/a)", Kind::malformed,
       "no time of a known form at its start", 0},
      {"ot) CMD (/bin/a)", Kind::malformed, "no time of a known form at its start", 0},
      {"Feb 30 06:15:01 web01 CROND[12]: (root) CMD (/bin/a)", Kind::malformed,
       "no time of a known form at its start", 0},
      {"root (13/05-08:50:00-2441) CMD (/bin/a)", Kind::malformed,
       "no time of a known form at its start", 0},
      {"Sep  2 06:15:01 grave web01 CROND[12]: (root) CMD (/bin/a)", Kind::malformed,
       "no program name of a known form after the time", 0},
      {"Dec 11 09:06:17 web01 run-parts(/etc/cron.daily)[1272]: stopping a", Kind::malformed,
       "run-parts neither starts nor finishes a script", 56},
  };
  for (const Case& c : cases) {
    const ParsedLine parsed = parse_line(c.line);
    EXPECT_EQ(parsed.kind, c.kind) << c.line;
    ASSERT_NE(parsed.reason, nullptr) << c.line;
    EXPECT_STREQ(parsed.reason, c.reason) << c.line;
    EXPECT_EQ(parsed.column, c.column) << c.line;
  }
}

TEST(Dialects, ATornCommandKeepsItsReadingAndSaysSo) {
  const char* const lines[] = {
      "Feb 12 16:01:00 web01 CROND[11159]: (root) CMD (run-parts",
      "Feb 12 16:01:00 web01 CROND[11159]: (root) CMD (run (a) parts",
      "root (02/12-16:01:00-11159) CMD (run-parts",
  };
  for (const char* line : lines) {
    const ParsedLine parsed = parse_line(line);
    EXPECT_EQ(parsed.kind, Kind::record) << line;
    EXPECT_EQ(parsed.record.pid, 11159U) << line;
    EXPECT_EQ(parsed.record.pid_role, PidRole::fresh) << line;
    ASSERT_NE(parsed.reason, nullptr) << line;
    EXPECT_EQ(parsed.column, std::string_view(line).size()) << line;
  }
}

TEST(Dialects, EveryPrefixOfEverySampleIsBoundedAndHonest) {
  for (const Dialect& dialect : dialects())
    for (const std::string_view sample : dialect.samples)
      for (std::size_t size = 0; size <= sample.size(); ++size) {
        const ParsedLine cut = parse_line(sample.substr(0, size));
        const ParsedLine whole = parse_line(sample);
        EXPECT_LE(cut.column, size);
        if (cut.kind == Kind::record && cut.record.pid != 0) {
          EXPECT_EQ(cut.record.pid, whole.record.pid) << sample.substr(0, size);
          EXPECT_EQ(cut.record.time, whole.record.time) << sample.substr(0, size);
        }
        if (cut.kind != Kind::record) {
          EXPECT_NE(cut.reason, nullptr) << sample.substr(0, size);
        }
      }
}

}  // namespace
}  // namespace pidometer
