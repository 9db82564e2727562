#include "plugin/witness/gather_witnesses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/memory_log_file.h"
#include "tests/unit/witness/login_records.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

/// A tick every ten minutes of 2 November 2026 from 10:00 UTC, 3 PIDs each, and 40 in the third.
PidClock a_clock() {
  std::vector<Reading> readings;
  Pid pid = 1000;
  for (std::uint32_t i = 0; i < 12; ++i) {
    Reading reading;
    reading.time = utc(2026, 11, 2, 10) + std::chrono::minutes(10 * i);
    reading.pid = pid;
    reading.label = 1;
    reading.record = i;
    readings.push_back(reading);
    pid += i == 2 ? 43 : 3;
  }
  return build_pid_clock(std::move(readings), {});
}

/// 10:20 to 10:30, PIDs 1006 to 1049.
WitnessWindow the_window() {
  return {utc(2026, 11, 2, 10, 20), utc(2026, 11, 2, 10, 30), 2, 3, 3};
}

struct Gathered : GatheredWitnesses {
  std::vector<Warning> warnings;
  std::vector<std::string> told() const {
    std::vector<std::string> words;
    for (const Witness& one : windows.at(0).witnesses)
      words.push_back(one.filename + ":" + std::to_string(one.line) + " " +
                      (one.relation == WitnessRelation::born_in_window ? "born " : "seen ") +
                      std::to_string(one.pid) + " " + one.text);
    return words;
  }
};

Gathered gather(std::vector<const LogFile*> files, WitnessOptions options = {}) {
  Gathered out;
  const PidClock clock = a_clock();
  static_cast<GatheredWitnesses&>(out) = gather_witnesses(
      files, clock, {the_window()}, options,
      [&](Warning warning) { out.warnings.push_back(std::move(warning)); },
      [](std::uint64_t) { return true; });
  return out;
}

using Words = std::vector<std::string>;
const Timestamp kModified = utc(2026, 11, 3);

TEST(GatherWitnesses, YearlessLinesOfTheHostsZone) {
  const MemoryLogFile secure("/var/log/secure",
                             "Dec 30 11:25:00 web01 sshd[1020]: Accepted\n"
                             "Nov  2 11:25:00 web01 sshd[1020]: Accepted\n"
                             "Nov  2 11:25:01 web01 sshd[7]: Received signal\n"
                             "Nov  2 10:25:00 web01 sshd[1020]: of the wrong hour\n"
                             "Nov  2 23:25:00 web01 sshd[1021]: session closed for user root\n",
                             kModified);
  WitnessOptions options;
  options.zone = TimeZone::fixed(std::chrono::minutes(60), "+01:00");
  const Gathered out = gather({&secure}, options);
  EXPECT_EQ(
      out.told(),
      (Words{"/var/log/secure:2 born 1020 Nov  2 11:25:00 web01 sshd[1020]: Accepted",
             "/var/log/secure:3 seen 7 Nov  2 11:25:01 web01 sshd[7]: Received signal",
             "/var/log/secure:5 born 1021 Nov  2 23:25:00 web01 sshd[1021]: session closed for "
             "user root"}));
  ASSERT_EQ(out.reports.size(), 1U);
  EXPECT_EQ(out.reports[0].lines, 5U);
  EXPECT_EQ(out.reports[0].dated, 5U);
  EXPECT_EQ(out.reports[0].with_pid, 5U);
  EXPECT_EQ(out.reports[0].matched, 3U);
  EXPECT_TRUE(out.warnings.empty());
}

TEST(GatherWitnesses, RotationsHaveYearsOfTheirOwn) {
  // The year turns between the two; the window is in the older one.
  const MemoryLogFile old("/var/log/auth.log.1", "Nov  2 10:25:00 web01 sshd[1020]: Accepted\n",
                          utc(2026, 12, 31));
  const MemoryLogFile live("/var/log/auth.log", "Nov  2 10:25:00 web01 sshd[1021]: Accepted\n",
                           utc(2027, 11, 3));
  EXPECT_EQ(gather({&live, &old}).told(),
            (Words{"/var/log/auth.log.1:1 born 1020 Nov  2 10:25:00 web01 sshd[1020]: Accepted"}));
}

TEST(GatherWitnesses, RecordsPidFilesAndPackages) {
  const UtmpLayout& layout = utmp_layouts().front();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(utc(2026, 11, 2, 10, 22).time_since_epoch())
          .count();
  const MemoryLogFile wtmp("/var/log/wtmp",
                           test::login_record(layout, 2, 0, "~", "reboot", "", seconds - 86400) +
                               test::login_record(layout, 7, 1010, "pts/0", "root", "h", seconds),
                           kModified);
  const MemoryLogFile pid_file("/run/x.pid", " 1033\n/usr/sbin/x -d\n", utc(2026, 11, 2, 10, 23));
  const MemoryLogFile not_one("/run/y.pid", "none\n", utc(2026, 11, 2, 10, 23));
  const MemoryLogFile dpkg("/var/log/dpkg.log", "2026-11-02 10:24:00 install gcc:amd64\n\nbroken\n",
                           kModified);
  const MemoryLogFile other("/var/log/nginx.log", "2026-11-02 10:24:00 x\n", kModified);
  const Gathered out = gather({&wtmp, &pid_file, &not_one, &dpkg, &other});
  EXPECT_EQ(out.told(),
            (Words{"/var/log/wtmp:2 born 1010 USER_PROCESS pts/0 user root host h",
                   "/run/x.pid:1 born 1033  1033",
                   "/var/log/dpkg.log:1 seen 0 2026-11-02 10:24:00 install gcc:amd64"}));
  ASSERT_EQ(out.reports.size(), 4U);
  EXPECT_EQ(out.reports[1].filename, "/run/y.pid");
  EXPECT_EQ(out.reports[1].not_taken, (std::map<std::string, std::uint64_t>{{"no PID", 1}}));
  EXPECT_EQ(out.reports[2].not_taken,
            (std::map<std::string, std::uint64_t>{{"blank", 1}, {"no time at its start", 1}}));
}

std::string entry(const char* clock, const char* program, const std::string& pid,
                  const char* message) {
  const auto time = utc(2026, 11, 2, 10) + std::chrono::seconds(atoi(clock));
  return "__REALTIME_TIMESTAMP=" + std::to_string(time.time_since_epoch().count()) +
         "\n_HOSTNAME=web01\nSYSLOG_IDENTIFIER=" + program + "\n_COMM=" + program +
         (pid.empty() ? "" : "\n_PID=" + pid) + "\nMESSAGE=" + message + "\n\n";
}

TEST(GatherWitnesses, AJournalSaysWhatATextLogSaysAgain) {
  const std::string exported = entry("1500", "sshd", "1020", "Accepted publickey for anna") +
                               entry("1501", "kernel", "", "device eth0 left") +
                               entry("1502", "CRON", "1021", "(root) CMD (/bin/a)") +
                               entry("1503", "python3", "1022", "told by no text log");
  const MemoryLogFile auth("/var/log/auth.log",
                           "Nov  2 10:25:01 web01 sshd[1020]: Accepted publickey for anna \n"
                           "Nov  2 10:25:09 web01 sshd[1020]: Accepted publickey for anna\n"
                           "Nov  2 10:25:10 web01 sshd[1020]: only here\n",
                           kModified);
  // a binary one comes as lines
  const MemoryLogFile binary("/var/log/journal/x/system.journal",
                             "<38>1 2026-11-02T10:25:00.250000Z web01 sshd 1020 - [journal "
                             "at=\"1\"] Accepted publickey for anna\n",
                             kModified);
  const MemoryLogFile text("/evidence/web01.export", exported, kModified);
  const MemoryLogFile other("/evidence/settings.json", "{\"a\": 1}\n", kModified);
  const Gathered out = gather({&auth, &text, &other});
  const std::string at = "<14>1 2026-11-02T10:25:0";
  EXPECT_EQ(
      out.told(),
      (Words{"/evidence/web01.export:1 born 1020 " + at +
                 "0.000000Z web01 sshd 1020 - [journal at=\"0\"] Accepted publickey for anna",
             "/evidence/web01.export:2 seen 0 " + at +
                 "1.000000Z web01 kernel - - [journal at=\"135\"] device eth0 left",
             "/evidence/web01.export:4 born 1022 " + at +
                 "3.000000Z web01 python3 1022 - [journal at=\"380\"] told by no text log",
             "/var/log/auth.log:2 born 1020 Nov  2 10:25:09 web01 sshd[1020]: Accepted publickey "
             "for anna",
             "/var/log/auth.log:3 born 1020 Nov  2 10:25:10 web01 sshd[1020]: only here"}));
  EXPECT_EQ(out.windows[0].total, 5U);
  ASSERT_EQ(out.reports.size(), 2U);
  EXPECT_EQ(out.reports[0].source, "journal");
  EXPECT_EQ(out.reports[0].not_taken, (std::map<std::string, std::uint64_t>{{"a cron record", 1}}));
  EXPECT_EQ(out.reports[1].not_taken,
            (std::map<std::string, std::uint64_t>{{"stands in a journal too", 1}}));
  EXPECT_EQ(gather({&auth, &binary}).windows[0].total, 3U);
}

TEST(GatherWitnesses, WhatAJournalToldFromDamagedBytesTheTextLogTells) {
  MemoryLogFile binary("/var/log/journal/x/system.journal",
                       "<38>1 2026-11-02T10:25:00.250000Z web01 sshd 1020 - [journal "
                       "at=\"1\"] Accepted publickey for anna\n",
                       kModified);
  binary.damage(10, 20).tells_damage_at_its_end();
  const MemoryLogFile auth("/var/log/auth.log",
                           "Nov  2 10:25:01 web01 sshd[1020]: Accepted publickey for anna\n",
                           kModified);
  const Gathered out = gather({&auth, &binary});
  EXPECT_EQ(out.told(), (Words{"/var/log/auth.log:1 born 1020 Nov  2 10:25:01 web01 sshd[1020]: "
                               "Accepted publickey for anna"}));
}

TEST(GatherWitnesses, UnknownZonesAreNotLaidBesideOneAnother) {
  const MemoryLogFile audit("/var/log/audit/audit.log",
                            "type=X msg=audit(1793615000.000:1): pid=1020 uid=0\n", kModified);
  const MemoryLogFile secure("/var/log/secure", "Nov  2 10:25:00 web01 sshd[1021]: Accepted\n",
                             kModified);
  const auto count = [&](bool known, bool offsets) {
    WitnessOptions options;
    options.zone_known = known;
    options.log_has_offsets = offsets;
    const Gathered out = gather({&audit, &secure}, options);
    std::string words;
    for (const WitnessReport& report : out.reports) words += report.not_used.empty() ? '+' : '-';
    return words;
  };
  EXPECT_EQ(count(true, false), "++");
  EXPECT_EQ(count(false, false), "-+");
  EXPECT_EQ(count(false, true), "+-");
}

TEST(GatherWitnesses, LinesOfOtherHostsAreLeftOut) {
  const MemoryLogFile messages("/var/log/messages",
                               "Nov  2 10:25:00 web01.example sshd[1020]: Accepted\n"
                               "Nov  2 10:25:00 db01 sshd[1021]: Accepted\n"
                               "Nov  2 10:25:00 localhost sshd[1022]: Accepted\n",
                               kModified);
  WitnessOptions options;
  options.hostnames = {"web01"};
  const Gathered out = gather({&messages}, options);
  EXPECT_EQ(out.windows[0].total, 2U);
  EXPECT_EQ(out.reports[0].not_taken,
            (std::map<std::string, std::uint64_t>{{"of another host", 1}}));
}

TEST(GatherWitnesses, DamageCostsItsLinesOnly) {
  const std::string first = "Nov  2 10:25:00 web01 sshd[1020]: Accepted\n";
  const std::string second = "Nov  2 10:26:00 web01 sshd[1021]: Accepted\n";
  for (const bool late : {false, true}) {
    SCOPED_TRACE(late);
    MemoryLogFile secure("/var/log/secure", first + second, kModified);
    secure.damage(5, 9);
    if (late) secure.tells_damage_at_its_end();
    const Gathered out = gather({&secure});
    EXPECT_EQ(out.told(),
              (Words{"/var/log/secure:2 born 1021 Nov  2 10:26:00 web01 sshd[1021]: Accepted"}));
    ASSERT_EQ(out.warnings.size(), 1U);
    EXPECT_EQ(out.warnings[0].kind, WarningKind::damaged_log);
    EXPECT_EQ(out.warnings[0].path, "/var/log/secure");
  }
}

TEST(GatherWitnesses, FilesThatFailAreTold) {
  MemoryLogFile secure("/var/log/secure", "x", kModified);
  secure.refuses_to_open();
  MemoryLogFile messages(
      "/var/log/messages",
      "Nov  2 10:25:00 web01 sshd[1020]: Accepted\nNov  2 10:26:00 web01 a[1]: b\n", kModified);
  messages.breaks_at(50);
  const MemoryLogFile wtmp("/var/log/wtmp", std::string(800, 'x'), kModified);
  const MemoryLogFile empty("/var/log/btmp", "", kModified);
  const Gathered out = gather({&secure, &messages, &wtmp, &empty});
  EXPECT_EQ(out.told(),
            (Words{"/var/log/messages:1 born 1020 Nov  2 10:25:00 web01 sshd[1020]: Accepted"}));
  std::string paths;
  for (const Warning& warning : out.warnings) paths += warning.path + " ";
  EXPECT_EQ(paths, "/var/log/messages /var/log/secure /var/log/wtmp ");
  EXPECT_FALSE(out.reports[2].not_used.empty());
}

TEST(GatherWitnesses, NoWindowNoReading) {
  MemoryLogFile secure("/var/log/secure", "x", kModified);
  secure.refuses_to_open();
  const std::vector<const LogFile*> files = {&secure};
  std::size_t warnings = 0;
  const GatheredWitnesses out = gather_witnesses(
      files, a_clock(), {}, {}, [&](const Warning&) { ++warnings; },
      [](std::uint64_t) { return true; });
  EXPECT_TRUE(out.windows.empty());
  EXPECT_EQ(warnings, 0U);
}

}  // namespace
}  // namespace pidometer
