// What a text log and the journal beside it lack of one another, and what is no accusation.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/cron_log/syslog_words.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/journal_beside_text.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

using namespace test::journal_beside_text;

TEST(LostCopies, ALineThatWasCutOut) {
  const Told told = tell(host(), [](const Line& line) { return line.minute != 300; });
  ASSERT_EQ(told.lost.size(), 1U);
  const LostCopies& lost = told.lost[0];
  EXPECT_EQ(lost.verdict, AgainstJournal::lines_removed);
  EXPECT_EQ(lost.missing, 1U);
  EXPECT_EQ(lost.first.file->entry().path, "/var/log/syslog");
  EXPECT_EQ(lost.first.pid, 1000U + 3 * 290);
  EXPECT_EQ(lost.last.pid, 1000U + 3 * 305);
  EXPECT_EQ(lost.last.line, lost.first.line + 1);
  ASSERT_EQ(lost.quoted.size(), 1U);
  EXPECT_EQ(lost.quoted[0].file->entry().path, kJournal);
  EXPECT_EQ(lost.quoted[0].pid, 1000U + 3 * 300);
  EXPECT_EQ(told.series.records[lost.first_kept].pid, lost.first.pid);
  EXPECT_EQ(told.series.records[lost.last_kept].pid, lost.last.pid);
  EXPECT_FALSE(lost.one_job);
  const std::size_t text = told.series.reports[0].entry.path == kJournal ? 1 : 0;
  ASSERT_TRUE(told.series.reports[text].beside_journal);
  EXPECT_EQ(told.series.reports[text].beside_journal->missing, 1U);
  EXPECT_EQ(told.series.reports[text].beside_journal->copies,
            told.series.reports[text].beside_journal->within);
  EXPECT_EQ(told.series.records.size(), host().size());
}

TEST(LostCopies, NothingIsMissingWhereBothHaveAll) {
  EXPECT_TRUE(tell(host(), [](const Line&) { return true; }).lost.empty());
}

struct Case {
  std::string name;
  std::function<void(std::vector<Line>&)> also;  ///< lines of the host besides
  Keeps keeps;                                   ///< what stands in the text log
  std::optional<AgainstJournal> verdict;         ///< nothing: no finding
  std::uint64_t missing = 0;
  std::string not_judged = {};  ///< reason, where some are not judged
};

const auto kNoMore = [](std::vector<Line>&) {};

TEST(LostCopies, CausesAndExcuses) {
  const auto not_in = [](int from, int to) {
    return [=](const Line& line) { return !between(line, from, to); };
  };
  const auto say = [](int minute, const char* tag, const char* text) {
    return [=](std::vector<Line>& lines) { add(lines, {minute, tag, 400, text}); };
  };
  const std::vector<Case> cases = {
      {"a night, and no other log shows that the daemon wrote", kNoMore, not_in(120, 300),
       AgainstJournal::log_silent, 22},
      {"a night, of which other programs' lines are left",
       [](std::vector<Line>& lines) {
         for (int m = 124; m < 300; m += 20) add(lines, {m, "sshd", 77, "Connection closed"});
       },
       [](const Line& line) { return line.tag == "sshd" || !between(line, 120, 300); },
       AgainstJournal::lines_removed, 22},
      {"the daemon was stopped and started",
       [&](std::vector<Line>& lines) {
         say(119, "systemd", "Stopping rsyslog.service - System Logging Service...")(lines);
         say(300, "systemd", "Started rsyslog.service - System Logging Service.")(lines);
       },
       [](const Line& line) { return line.tag == "CRON" && !between(line, 120, 300); },
       std::nullopt, 0, "the syslog daemon stopped, started or told of a loss then"},
      {"the daemon of the text log says so itself",
       [&](std::vector<Line>& lines) {
         say(119, "rsyslogd", "[origin software=\"rsyslogd\"] exiting on signal 15.")(lines);
         say(300, "rsyslogd", "[origin software=\"rsyslogd\"] start")(lines);
       },
       not_in(120, 299), std::nullopt, 0,
       "the syslog daemon stopped, started or told of a loss then"},
      {"a restart explains what is close to it alone",
       [&](std::vector<Line>& lines) {
         say(300, "systemd", "Stopping System Logging Service...")(lines);
         say(300, "systemd", "Started System Logging Service.")(lines);
       },
       [](const Line& line) { return line.tag == "CRON" && !between(line, 240, 300); },
       AgainstJournal::daemon_restarted, 6,
       "the syslog daemon stopped, started or told of a loss then"},
      {"journald tells of lines that it could not pass on",
       say(301, "systemd-journald", "Forwarding to syslog missed 3 messages."),
       [](const Line& line) { return line.tag == "CRON" && line.minute != 300; }, std::nullopt, 0,
       "the syslog daemon stopped, started or told of a loss then"},
      {"rsyslog drops for its limit",
       say(299, "rsyslogd", "imjournal: begin to drop messages due to rate-limiting"),
       [](const Line& line) { return line.tag == "CRON" && line.minute != 300; }, std::nullopt, 0,
       "the syslog daemon stopped, started or told of a loss then"},
      {"a rotation excuses nothing", say(299, "rsyslogd", "rsyslogd was HUPed"),
       [](const Line& line) { return line.minute != 300; }, AgainstJournal::lines_removed, 1},
      {"nor does an editor's command line",
       say(299, "sudo", "mallory : COMMAND=/usr/bin/vi /var/log/syslog"),
       [](const Line& line) { return line.minute != 300; }, AgainstJournal::lines_removed, 1},
      {"the host was booted",
       [](std::vector<Line>& lines) {
         for (Line& line : lines)
           if (line.minute > 300) line.boot = 'b';
       },
       not_in(300, 305), std::nullopt, 0, "close to a boot"},
      {"the host was booted, hours behind it",
       [](std::vector<Line>& lines) {
         for (Line& line : lines)
           if (line.minute > 300) line.boot = 'b';
       },
       not_in(240, 310), AgainstJournal::host_booted, 8, "close to a boot"},
      {"a kind of line that the log never has",
       [](std::vector<Line>& lines) {
         for (int m = 0; m < kDay; m += 10)
           add(lines, {m, "CRON", 1001 + 3 * static_cast<Pid>(m),
                       "pam_unix(cron:session): session opened for user root by (uid=0)"});
       },
       [](const Line& line) { return line.text.starts_with("(root)"); }, std::nullopt, 0,
       "of a kind that this log does not hold as a rule"},
      {"one job, which the log never has", kNoMore,
       [](const Line& line) { return line.text.find("hourly") == std::string::npos; },
       AgainstJournal::job_left_out, 24},
      {"one job, for half a day", kNoMore,
       [](const Line& line) {
         return line.text.find("hourly") == std::string::npos || !between(line, 300, 1000);
       },
       AgainstJournal::lines_removed, 12},
      {"one job, since the daemon was started with other rules",
       say(330, "rsyslogd", "[origin software=\"rsyslogd\"] start"),
       [](const Line& line) {
         return line.tag == "CRON" &&
                (line.text.find("hourly") == std::string::npos || line.minute < 330);
       },
       AgainstJournal::job_left_out, 18},
      {"here and there, all over the log", kNoMore,
       [](const Line& line) { return line.minute % 70 != 0 && line.minute % 110 != 0; },
       AgainstJournal::scattered, 31},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Line> lines = host();
    c.also(lines);
    const Told told = tell(lines, c.keeps);
    ASSERT_EQ(told.lost.size(), c.verdict ? 1U : 0U);
    if (c.verdict) {
      EXPECT_EQ(static_cast<int>(told.lost[0].verdict), static_cast<int>(*c.verdict));
      EXPECT_EQ(told.lost[0].missing, c.missing);
    }
    for (const LogReport& report : told.series.reports) {
      if (!report.beside_journal) continue;
      const auto& reasons = report.beside_journal->not_judged;
      EXPECT_EQ(reasons.empty(), c.not_judged.empty());
      EXPECT_EQ(reasons.contains(c.not_judged), !c.not_judged.empty());
    }
  }
}

TEST(LostCopies, DamageIsNoCrime) {
  const std::vector<Line> lines = host();
  const std::string text = text_of(lines, [](const Line& line) { return line.minute != 300; });
  const std::size_t at = text.find(as_text({305, "CRON", 1915, "(root) CMD (/bin/hourly)"}));
  ASSERT_NE(at, std::string::npos);
  const MemoryLogFile journal(kJournal, journal_of(lines));
  MemoryLogFile damaged("/var/log/syslog", text);
  damaged.damage(at + 3, at + 5);
  EXPECT_TRUE(tell({&journal, &damaged}).lost.empty());
  // a crash's NULs, and a line of cron's that cannot be read
  const MemoryLogFile holed("/var/log/syslog",
                            text.substr(0, at) + std::string(300, '\0') + text.substr(at));
  EXPECT_TRUE(tell({&journal, &holed}).lost.empty());
  const MemoryLogFile torn("/var/log/syslog", text.substr(0, at) + stamp(303) +
                                                  " web01 CRON[x7]: (root) CM\n" + text.substr(at));
  const Told unread = tell({&journal, &torn});
  ASSERT_GT(unread.series.reports[1].unparsed_lines + unread.series.reports[0].unparsed_lines, 0U);
  EXPECT_TRUE(unread.lost.empty());
}

TEST(LostCopies, ALineInOtherWordsIsThere) {
  const std::vector<Line> lines = host();
  const auto keeps = [](const Line& line) { return line.minute != 300; };
  const MemoryLogFile journal(kJournal, journal_of(lines));
  for (const Line& other : std::vector<Line>{
           {300, "CRON", 1900, "(root) CMD (/bin/a --cut-of"},  // too long for the daemon
           {304, "CRON", 1900, "(root) CMD (/bin/a)"},          // by the time of its reception
           {300, "CRON", 17, "(root) CMD (/bin/a)"}}) {         // a container's own PID
    SCOPED_TRACE(other.text);
    std::vector<Line> written;
    for (const Line& line : lines)
      if (keeps(line)) written.push_back(line);
    add(written, other);
    const MemoryLogFile text("/var/log/syslog", text_of(written, [](const Line&) { return true; }));
    // Nothing is missing; that the line was edited may be said.
    for (const LostCopies& one : tell({&journal, &text}).lost)
      EXPECT_EQ(one.verdict, AgainstJournal::line_edited);
  }
}

// Nobody removed what has a wrong byte: it is no record, and still there.
TEST(LostCopies, ALineWithAWrongByteIsThere) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const std::string all = text_of(lines, [](const Line&) { return true; });
  const std::string line = as_text({300, "CRON", 1900, "(root) CMD (/bin/a)"});
  const std::size_t at = all.find(line);
  ASSERT_NE(at, std::string::npos);
  std::vector<std::string> damaged;
  for (std::size_t byte = line.find(" CRON"); byte < line.size(); ++byte)
    for (const unsigned bit : {0U, 3U, 5U}) {
      std::string written = all;
      written[at + byte] =
          static_cast<char>(static_cast<unsigned char>(written[at + byte]) ^ (1U << bit));
      damaged.push_back(written);
    }
  damaged.push_back(all.substr(0, at - 1) + " " + all.substr(at));  // joined to the one before
  for (const std::string& written : damaged) {
    const MemoryLogFile text("/var/log/syslog", written);
    for (const LostCopies& one : tell({&journal, &text}).lost)  // a weak sign of an edit at most
      EXPECT_TRUE(is_single_line(one.verdict) && one.doubtful) << written.substr(at - 60, 140);
  }
  // What names the job alone is not the line: nor is a stamp its PID.
  const std::size_t end = at + line.size();
  for (const std::string& other :
       std::vector<std::string>{stamp(301) + " web01 sudo[77]: root : COMMAND=/bin/a\n",
                                stamp(301) + " web01 note[77]: 1900 was /bin/b\n"}) {
    const MemoryLogFile text("/var/log/syslog", all.substr(0, at) + other + all.substr(end));
    EXPECT_EQ(tell({&journal, &text}).lost.size(), 1U) << other;
  }
}

TEST(LostCopies, LinesThatAreDatedWronglyAreThere) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  std::string written;
  for (Line line : lines) {  // an hour of them by another offset
    if (between(line, 300, 360)) line.minute += 60;
    written += as_text(line);
  }
  const MemoryLogFile text("/var/log/syslog", written);
  EXPECT_TRUE(tell({&journal, &text}).lost.empty());
}

TEST(LostCopies, NothingIsSaidOfTheBordersOfRotations) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile older("/var/log/syslog.1",
                            text_of(lines, [](const Line& l) { return l.minute < 295; }));
  const MemoryLogFile newer("/var/log/syslog",
                            text_of(lines, [](const Line& l) { return l.minute > 330; }));
  EXPECT_TRUE(tell({&journal, &older, &newer}).lost.empty());
}

TEST(LostCopies, AnotherTextLogShowsThatTheDaemonWrote) {
  std::vector<Line> lines = host();
  for (int m = 0; m < kDay; m += 10)
    add(lines, {m, "CRON", 1001 + 3 * static_cast<Pid>(m),
                "pam_unix(cron:session): session opened for user root by (uid=0)"});
  const auto is_session = [](const Line& line) { return line.text.starts_with("pam"); };
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile auth("/var/log/auth.log", text_of(lines, is_session));
  const MemoryLogFile cron("/var/log/syslog", text_of(lines, [&](const Line& line) {
                             return !is_session(line) && !between(line, 120, 300);
                           }));
  const Told told = tell({&journal, &auth, &cron});
  ASSERT_EQ(told.lost.size(), 1U);
  EXPECT_EQ(told.lost[0].verdict, AgainstJournal::lines_removed);
  EXPECT_EQ(told.lost[0].missing, 22U);
  EXPECT_EQ(told.lost[0].quoted.size(), LostCopies::kMostQuoted);
}

TEST(LostCopies, AFileOfTheJournalThatIsNotThere) {
  const std::vector<Line> lines = host();
  const MemoryLogFile older("/var/log/journal/x/system@1.journal",
                            journal_of(lines, [](const Line& l) { return l.minute < 300; }));
  const MemoryLogFile newer(kJournal,
                            journal_of(lines, [](const Line& l) { return l.minute > 400; }));
  const MemoryLogFile text("/var/log/syslog", text_of(lines, [](const Line&) { return true; }));
  const Told told = tell({&older, &newer, &text});
  ASSERT_EQ(told.lost.size(), 1U);
  EXPECT_EQ(told.lost[0].verdict, AgainstJournal::journal_file_missing);
  EXPECT_EQ(told.lost[0].missing, 13U);
  EXPECT_EQ(told.lost[0].first.file, &older);
  EXPECT_EQ(told.lost[0].last.file, &newer);
  EXPECT_EQ(told.lost[0].quoted[0].file, &text);
}

TEST(LostCopies, AnEntryThatStandsInTwoJournalsIsOne) {
  const std::vector<Line> lines = host();
  const MemoryLogFile journal(kJournal, journal_of(lines));
  const MemoryLogFile copy("/var/log/journal/x/user-1000.journal", journal_of(lines));
  const MemoryLogFile text("/var/log/syslog", text_of(lines, [](const Line&) { return true; }));
  EXPECT_TRUE(tell({&journal, &copy, &text}).lost.empty());
}

TEST(SyslogWords, WhatMayCostLines) {
  const auto word = [](const std::string& rest) {
    return syslog_word("Nov  2 05:50:01 web01 " + rest);
  };
  EXPECT_EQ(word("rsyslogd: [origin software=\"rsyslogd\" x-pid=\"5\"] start")->word,
            SyslogWord::started);
  EXPECT_EQ(word("rsyslogd: [origin software=\"rsyslogd\"] exiting on signal 15.")->word,
            SyslogWord::stopped);
  EXPECT_EQ(word("rsyslogd-2177: imuxsock lost 23 messages from pid 9 due to rate-limiting")->word,
            SyslogWord::lost);
  EXPECT_EQ(word("rsyslogd: action 'action-1-builtin:omfile' suspended, next retry is Mon")->word,
            SyslogWord::lost);
  EXPECT_EQ(word("syslog-ng[9]: syslog-ng starting up; version='3.38.1'")->word,
            SyslogWord::started);
  EXPECT_EQ(word("systemd[1]: rsyslog.service: Main process exited, code=killed")->word,
            SyslogWord::stopped);
  EXPECT_TRUE(word("systemd-journald[3]: Journal started"));
  for (const char* none :
       {"rsyslogd: [origin software=\"rsyslogd\"] rsyslogd was HUPed", "rsyslogd: -- MARK --",
        "sudo: mallory : COMMAND=/usr/bin/vi /var/log/syslog", "systemd[1]: Started cron.service.",
        "systemd-journald[3]: Suppressed 9 messages from cron.service", "kernel: syslog"})
    EXPECT_FALSE(word(none)) << none;
}

}  // namespace
}  // namespace pidometer
