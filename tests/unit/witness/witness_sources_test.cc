#include "plugin/witness/witness_sources.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "plugin/witness/witness_programs.h"

namespace pidometer {
namespace {

WitnessLine parse(std::string_view text) {
  WitnessLineState state;
  return parse_syslog_witness(text, state);
}

TEST(WitnessSources, TakeTheirSamples) {
  for (const WitnessSource& source : witness_sources()) {
    SCOPED_TRACE(source.stem);
    EXPECT_EQ(source.parse != nullptr, source.form == WitnessForm::lines);
    EXPECT_EQ(source.samples.empty(), source.form != WitnessForm::lines);
    for (const std::string_view sample : source.samples) {
      WitnessLineState state;
      EXPECT_EQ(source.parse(sample, state).kind, WitnessLine::Kind::line) << sample;
    }
    // The reader is asked for every name that a row has; what any file may be called is taken where
    // it lies.
    if (source.by_content) continue;
    std::string name(source.stem);
    if (name.starts_with('*')) name.replace(0, 1, "x");
    bool asked = false;
    for (const std::string_view glob : witness_globs())
      asked = asked || fnmatch(std::string(glob).c_str(), name.c_str(), 0) == 0;
    EXPECT_TRUE(asked);
  }
}

/// Whatever is a record of log-ins is copied with --all-logs, and nothing else for its sake.
TEST(WitnessSources, TheRecordsOfLogInsAreThoseOfTheTable) {
  std::vector<std::string> wanted;
  for (const WitnessSource& source : witness_sources())
    if (source.form == WitnessForm::records) wanted.push_back(std::string(source.stem) + "*");
  EXPECT_EQ(std::vector<std::string>(login_record_globs().begin(), login_record_globs().end()),
            wanted);
  for (const std::string_view glob : running_record_globs())
    EXPECT_NE(std::find(wanted.begin(), wanted.end(), glob), wanted.end()) << glob;
}

TEST(WitnessSources, KnowAFileByItsName) {
  const struct {
    const char* path;
    const char* name;  ///< empty: none
  } cases[] = {
      {"/var/log/auth.log", "syslog"},
      {"/var/log/auth.log.1", "syslog"},
      {"/log/secure-20261102.gz", "syslog"},
      {"/var/log/wtmp.1", "wtmp"},
      {"/var/log/wtmpx", ""},
      {"/run/sshd.pid", "pid_file"},
      {"/var/log/apt/history.log.2.gz", "apt_history"},
      {"/var/log/history.log", ""},
      {"/var/lib/logrotate/status", "logrotate"},
      {"/var/lib/dpkg/status", ""},
      {"wtmp", "wtmp"},
      {"/var/log/cron", ""},
      {"/var/log/dnf.rpm.log", "dnf"},
      {"/var/log/authentic", ""},
      {"/var/log/journal/x/system.journal", "journal"},
      {"/var/log/journal/x/user-1000@2.journal~", "journal"},
      {"/evidence/system.journal.gz", "journal"},
      {"/evidence/web01.export", "journal"},
      {"/evidence/journal.json.xz", "journal"},
      {"/var/log/journal", ""},
  };
  for (const auto& c : cases) {
    const WitnessSource* source = witness_source_of(c.path);
    EXPECT_EQ(source == nullptr ? "" : std::string(source->name), c.name) << c.path;
  }
}

TEST(ParseSyslogWitness, PidAndAgeFollowTheProgram) {
  const struct {
    const char* text;
    Pid pid;
    WitnessAge age;
    bool explains;
  } cases[] = {
      {"Nov  5 10:54:49 h in.telnetd[680]: connect from 192.0.2.1", 680, WitnessAge::newborn,
       false},
      {"Nov  5 10:54:49 h in.ftpd[680]: refused connect from 192.0.2.1", 680, WitnessAge::newborn,
       false},
      {"Nov  5 10:54:52 h inetd[408]: pid 680: exit status 1", 680, WitnessAge::ending, false},
      {"Nov  5 10:54:52 h inetd[408]: pid x: exit status 1", 0, WitnessAge::ending, false},
      {"Nov  5 10:54:52 h xinetd[4]: START: telnet pid=81 from=192.0.2.1", 81, WitnessAge::newborn,
       false},
      {"Nov  5 10:54:52 h xinetd[4]: EXIT: telnet status=0 pid=81 duration=3(sec)", 81,
       WitnessAge::ending, false},
      {"Nov  5 10:54:52 h sshd[91]: Connection from 192.0.2.1 port 9", 91, WitnessAge::newborn,
       false},
      {"Nov  5 10:54:52 h sshd[91]: Failed password for root", 91, WitnessAge::any, false},
      {"Nov  5 10:54:52 h sshd[91]: pam_unix(sshd:session): session closed for user root", 91,
       WitnessAge::ending, false},
      {"Nov  5 10:54:52 h PAM_pwdb[683]: (login) session closed for user root", 683,
       WitnessAge::ending, false},
      {"Nov  5 10:54:52 h sudo:   anna : TTY=pts/0 ; COMMAND=/bin/ls", 0, WitnessAge::any, true},
      {"Nov  5 10:54:52 h /usr/bin/sudo[7]:   anna : COMMAND=/bin/ls", 7, WitnessAge::any, true},
      {"Nov  5 10:54:52 h useradd[95]: new user: name=x", 95, WitnessAge::newborn, false},
      {"Nov  5 10:54:52 h kernel: eth0: up", 0, WitnessAge::any, false},
      {"Nov  5 10:54:52 h evil[4294967295]: x", 0, WitnessAge::any, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const WitnessLine line = parse(c.text);
    EXPECT_EQ(line.kind, WitnessLine::Kind::line);
    EXPECT_EQ(line.pid, c.pid);
    EXPECT_EQ(line.age, c.age);
    EXPECT_EQ(line.explains, c.explains);
    EXPECT_EQ(line.hostname, "h");
  }
}

TEST(ParseSyslogWitness, CronsOwnRecordsAreNoWitnesses) {
  for (const char* text :
       {"Nov  5 10:54:49 h CROND[680]: (root) CMD (/usr/lib/sa/sa1)",
        "Nov  5 10:54:49 h CRON[680]: pam_unix(cron:session): session closed for user root",
        "Nov  5 10:54:49 h crontab[680]: (root) LIST (root)"})
    EXPECT_STREQ(parse(text).reason, "a cron record") << text;
  EXPECT_STREQ(parse("no log at all").reason, "no syslog line");
}

TEST(ParseAuditWitness, TakesThePidAndNotTheParents) {
  WitnessLineState state;
  const WitnessLine line = parse_audit_witness(
      "type=SYSCALL msg=audit(1793594999.125:457): arch=c000003e ppid=4711 pid=4712 uid=0", state);
  EXPECT_EQ(line.pid, 4712U);
  EXPECT_EQ(line.time.micros, 1793594999125000);
  EXPECT_EQ(line.time.utc_offset_minutes, 0);
  for (const char* text : {"", "type=X msg=audit(", "type=X msg=audit(1.1:1)", "msg=audit(1.000:1)",
                           "type=X msg=audit(99999999999999999999.000:1)"})
    EXPECT_EQ(parse_audit_witness(text, state).kind, WitnessLine::Kind::unread) << text;
}

TEST(ParseAptHistoryWitness, WhatIsBetweenItsDatesHasTheFirst) {
  WitnessLineState state;
  EXPECT_EQ(parse_apt_history_witness("Commandline: apt install x", state).kind,
            WitnessLine::Kind::unread);
  const WitnessLine start = parse_apt_history_witness("Start-Date: 2026-11-02  05:50:01", state);
  const WitnessLine inner = parse_apt_history_witness("Commandline: apt install x", state);
  const WitnessLine end = parse_apt_history_witness("End-Date: 2026-11-02  05:50:41", state);
  EXPECT_EQ(inner.time.micros, start.time.micros);
  EXPECT_EQ(end.time.micros, start.time.micros + 40 * kMicrosPerSecond);
  EXPECT_TRUE(start.explains && inner.explains && end.explains);
  EXPECT_EQ(start.time.utc_offset_minutes, kZoneless);
  EXPECT_EQ(parse_apt_history_witness("Start-Date: 2026-13-02  05:50:01", state).kind,
            WitnessLine::Kind::unread);
}

TEST(ParseLogrotateWitness, TakesSoundTimesOnly) {
  WitnessLineState state;
  const auto kind = [&](const char* text) { return parse_logrotate_witness(text, state).kind; };
  EXPECT_EQ(kind("\"/var/log/sys\"log\" 2026-11-2-6:25:1"), WitnessLine::Kind::line);
  EXPECT_EQ(kind("logrotate state -- version 2"), WitnessLine::Kind::aside);
  EXPECT_EQ(kind("\"/var/log/syslog\" 2026-11-2"), WitnessLine::Kind::aside);
  for (const char* text : {"", "\"", "\"x\" ", "\"x\" 2026-2-30-1:1:1", "\"x\" 0-1-1-1:1:1",
                           "\"x\" 2023-2-29-1:1:1", "\"x\" 2026-11-2-24:0:0", "x 2026-11-2-6:25:1"})
    EXPECT_EQ(kind(text), WitnessLine::Kind::unread) << text;
}

TEST(WitnessPrograms, EachIsNamedOnce) {
  for (const WitnessProgram& program : witness_programs()) {
    EXPECT_FALSE(program.tag.empty() && program.text.empty());
    EXPECT_FALSE(program.source.empty());
  }
}

}  // namespace
}  // namespace pidometer
