#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "plugin/timeline/row_writer.h"
#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

TEST(WriteText, ExcessInTheOldForm) {
  EXPECT_EQ(
      write_text(samples::excess(), false),
      "[842]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)\n"
      "    842 more PIDs were handed out (processes or threads) than the schedule explains "
      "between 2000-11-08 08:50:00 and 09:00:00 (-06:00) = 14:50:00 to 15:00:00 UTC; PID "
      "2441 to 3285 = 844; 312 comparable intervals usually cost 2; critical, score 12.3 (9.8 "
      "over the whole log); /var/log/cron lines 576 and 577; time year_inferred\n");
}

TEST(WriteText, WitnessesStandBelowTheirFinding) {
  const std::string text = write_text(samples::witnessed_excess(), false);
  EXPECT_EQ(
      text.substr(text.find('\n', text.find('\n') + 1) + 1),
      "        the excess did not begin before 2000-11-08T14:50:10.000000+00:00\n"
      "        born in window: 2000-11-08T14:50:10.000000+00:00 PID 2443, /var/log/secure line "
      "4: Nov  8 08:50:10 web01 in.telnetd[2443]: connect from 192.0.2.7\n"
      "        born in window: 2000-11-08T14:53:33.000000+00:00 PID 2871, /var/run/sshd.pid "
      "line 1: 2871\n"
      "        seen in window: 2000-11-08T14:55:00.000000+00:00, /var/log/dpkg.log line 812: "
      "2000-11-08 08:55:00 status installed gcc 2.95.2-20\n"
      "        seen in window: 2000-11-08T14:59:52.000000+00:00 PID 2387, /var/log/wtmp line "
      "1: DEAD_PROCESS pts/0\n"
      "        and 57 more lines of other logs\n");
}

TEST(WriteText, DeficitWithARange) {
  EXPECT_EQ(
      write_text(samples::deficit(), false),
      "[-4]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)\n"
      "    4 fewer PIDs were handed out (processes or threads) than the schedule usually "
      "costs between 2000-11-08 08:50:00 and 09:00:00 (-06:00) = 14:50:00 to 15:00:00 UTC; "
      "PID 2441 to 2582 = 141; 2 comparable intervals usually cost 145 to 146; excess -5 to -3 "
      "(90%); low, score 12.3 (9.8 over the whole log); /var/log/cron lines 576 and 577; "
      "time year_inferred\n");
}

TEST(WriteText, DeficitWhoseRangeHoldsZeroIsNoFact) {
  TimelineEvent event = samples::deficit();
  Anomaly& anomaly = std::get<FindingBody>(event.body).anomaly;
  for (const auto& [high, words] :
       {std::pair(-1, "    4 fewer PIDs were handed out (processes or threads) than"),
        std::pair(0, "    4 fewer PIDs may have been handed out (processes or threads) than"),
        std::pair(4, "    4 fewer PIDs may have been handed out (processes or threads) than")}) {
    anomaly.excess_high = high;
    EXPECT_NE(write_text(event, false).find(words), std::string::npos) << high;
  }
}

TEST(WriteText, BootShowsTheFirstRecordAfterIt) {
  EXPECT_EQ(write_text(samples::boot(), false),
            "[boot]: Nov  8 14:51:00 web01 crond[390]: (CRON) STARTUP (fork ok)\n"
            "    the PID counter restarted (the host was booted) between 2000-11-08 14:50:00 and "
            "14:51:00 (UTC by assumption); PID 2441 before, 390 after; /var/log/cron lines 9 and "
            "10; time zone_assumed_utc\n");
}

TEST(WriteText, RecordIsTheLineItself) {
  EXPECT_EQ(write_text(samples::task_run(), false),
            "Dec 20 03:20:01 web01 CROND[1206]: (root) CMD (/usr/lib64/sa/sa1 1 1)\n");
}

TEST(WriteText, WarningSaysWhere) {
  EXPECT_EQ(write_text(samples::damaged_log(), false),
            "[damaged_log]: /var/log/cron line 80: bytes 4096 to 8192 are lost: E01 chunk "
            "checksum\n");
}

struct WordsCase {
  const char* name;
  void (*change)(FindingBody&);
  const char* want;
};

constexpr WordsCase kWords[] = {
    {"one", [](FindingBody& f) { f.anomaly.excess_pids = 1; },
     "    1 more PID was handed out (process or thread) than the schedule explains between "},
    {"no_sample",
     [](FindingBody& f) {
       f.anomaly.baseline_samples = 0;
       f.anomaly.expected_pids = 4.25;
     },
     " = 844; no comparable interval, 4.2 expected; critical"},
    {"one_sample", [](FindingBody& f) { f.anomaly.baseline_samples = 1; },
     "; 1 comparable interval cost 2; "},
    {"wrap", [](FindingBody& f) { f.anomaly.wraps_assumed = 1; },
     "; PID 2441 to 3285 with 1 wrap assumed = 844; "},
    {"wide_window",
     [](FindingBody& f) {
       f.anomaly.intervals = 36;
       f.anomaly.wraps_assumed = 2;
     },
     "; PID 2441 to 3285 with 2 wraps assumed over 36 intervals = 844; "},
    {"single_record",
     [](FindingBody& f) {
       f.last = f.first;
       f.anomaly.window_end = f.anomaly.window_start;
     },
     "than the schedule explains at 2000-11-08 08:50:00 (-06:00) = 14:50:00 UTC; "},
    {"single_record_place", [](FindingBody& f) { f.last = f.first; }, "; /var/log/cron line 576; "},
    {"another_log", [](FindingBody& f) { f.last_source = samples::source(); },
     "; /var/log/cron line 576 to /var/log/cron line 577; "},
    {"daemon_restart",
     [](FindingBody& f) {
       f.anomaly.kind = AnomalyKind::boot;
       f.anomaly.counter_restarted = false;
     },
     "    the cron daemon was started, and the PID counter did not restart, between 2000-11-08 "},
};

TEST(WriteText, WordsFollowTheNumbers) {
  for (const WordsCase& c : kWords) {
    SCOPED_TRACE(c.name);
    TimelineEvent event = samples::excess();
    c.change(std::get<FindingBody>(event.body));
    const std::string text = write_text(event, false);
    EXPECT_NE(text.find(c.want), std::string::npos) << text;
  }
}

TEST(WriteText, SaysWhyPidsAreNoClock) {
  EXPECT_EQ(
      write_text(samples::not_a_clock(), false),
      "[not_a_clock]: Nov  8 14:50:00 fw01 cron[24410]: (root) CMD (newsyslog)\n"
      "    PIDs of this host are not sequential: 511 of 1008 steps between jobs go down; no "
      "other finding is made between 2000-11-08 14:50:00 and 2000-11-15 14:50:00 (UTC by "
      "assumption); "
      "distances round the range of PIDs differ from evenly spread ones by 2.1% at most, as "
      "PIDs at random do, or a counter that goes round between two lines; /var/log/cron lines "
      "1 and 1009; time zone_assumed_utc\n");
}

TEST(WriteText, ExactTimesNeedNoRemark) {
  TimelineEvent event = samples::excess();
  std::get<FindingBody>(event.body).time_basis = {"exact", ""};
  EXPECT_TRUE(write_text(event, false).ends_with("/var/log/cron lines 576 and 577\n"));
}

TEST(WriteText, ColorsTheBracketByLevel) {
  const std::pair<Level, const char*> colors[] = {
      {Level::informational, "\x1b[2m[842]:\x1b[0m root"},
      {Level::low, "\x1b[36m[842]:\x1b[0m root"},
      {Level::medium, "\x1b[33m[842]:\x1b[0m root"},
      {Level::high, "\x1b[31m[842]:\x1b[0m root"},
      {Level::critical, "\x1b[1;31m[842]:\x1b[0m root"}};
  for (const auto& [level, want] : colors) {
    TimelineEvent event = samples::excess();
    std::get<FindingBody>(event.body).anomaly.level = level;
    EXPECT_TRUE(write_text(event, true).starts_with(want));
    EXPECT_EQ(write_text(event, false).find('\x1b'), std::string::npos);
  }
}

TEST(WriteText, HostileBytesDoNotReachATerminal) {
  TimelineEvent event = samples::excess();
  auto& finding = std::get<FindingBody>(event.body);
  finding.first.text =
      "root \x1b]0;owned\x07 CMD (\t\xc2\x9b"
      "2J)\nforged";
  const std::string text = write_text(event, false);
  EXPECT_TRUE(text.starts_with("[842]: root \\x1b]0;owned\\x07 CMD (\t\\xc2\\x9b2J)\\x0aforged\n"));
  event = samples::task_run();
  std::get<RecordBody>(event.body).line.text = "a\x1b[2Jb";
  EXPECT_EQ(write_text(event, false), "a\\x1b[2Jb\n");
}

}  // namespace
}  // namespace pidometer
