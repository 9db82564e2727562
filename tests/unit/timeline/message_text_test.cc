#include <gtest/gtest.h>

#include "plugin/timeline/row_writer.h"
#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

TEST(EventMessage, FindingsStayWithin256Bytes) {
  TimelineEvent widest = samples::deficit();
  auto& finding = std::get<FindingBody>(widest.body);
  finding.anomaly.excess_pids = -4194304;
  finding.anomaly.window_start = samples::at(973640399) + std::chrono::microseconds(123456);
  finding.anomaly.window_end = samples::at(1003640399) + std::chrono::microseconds(123456);
  finding.utc_offset_minutes = 840;
  finding.end_utc_offset_minutes = 780;
  for (const TimelineEvent& event : {samples::excess(), samples::boot(), samples::not_a_clock(),
                                     samples::several_counters(), widest}) {
    EXPECT_LE(event_message(event).size(), 256U) << event_message(event);
  }
}

TEST(EventMessage, SaysWhatAFallMayBeInstead) {
  TimelineEvent event = samples::boot();
  Anomaly& boot = std::get<FindingBody>(event.body).anomaly;
  boot.excess_if_wrapped = 1400;
  EXPECT_EQ(event_message(event),
            "the PID counter restarted (the host was booted, and no line tells it), or it wrapped "
            "and 1400 more PIDs were handed out (processes or threads) than usual, between "
            "2000-11-08 14:50:00 and 14:51:00 (UTC by assumption)");
  boot.excess_if_wrapped = 0;
  boot.counter_restarted = false;
  boot.may_be_boot = true;
  EXPECT_EQ(event_message(event),
            "the cron daemon was started, and the PID counter did not restart, between 2000-11-08 "
            "14:50:00 and 14:51:00 (UTC by assumption); unless the host was booted and its counter "
            "came as far");
}

TEST(EventMessage, SaysWhyAnExcessOfASetClockIsNoAlarm) {
  TimelineEvent event = samples::record_gap();
  Anomaly& gap = std::get<FindingBody>(event.body).anomaly;
  gap.missing_records = 0;
  gap.excess_pids = 8000;
  gap.assumed_seconds = 600;
  const std::string plain = event_message(event);
  gap.level_bound = LevelBound::out_of_order;
  EXPECT_EQ(event_message(event), plain +
                                      "; no more than low: the lines beside it fit elsewhere in "
                                      "the log by time and PID");
  EXPECT_NE(write_jsonl(event).find(R"("most_level_reason":"out_of_order")"), std::string::npos);
}

TEST(EventMessage, SaysWhoseLineIsMissing) {
  TimelineEvent event = samples::excess();
  const std::string plain = event_message(event);
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.absent_labels = {3};
  finding.anomaly.absent_seen = 32;
  finding.anomaly.absent_expected = 8.7;
  finding.missing_username = "backup";
  finding.missing_command = "/opt/copy";
  EXPECT_EQ(event_message(event), plain +
                                      "; the line of a job of backup is missing that the 32 "
                                      "nearest ticks of that minute have: with it 9 PIDs are "
                                      "usual");
  EXPECT_NE(write_jsonl(event).find(R"("missing_username":"backup")"), std::string::npos);
  finding.anomaly.absent_labels.push_back(4);
  EXPECT_NE(event_message(event).find("lines of 2 jobs (one of backup) are missing"),
            std::string::npos);
}

/// Whatever the cause of a gap is, what was handed out beyond its jobs is told.
TEST(EventMessage, SaysWhatAGapDoesNotExplain) {
  TimelineEvent event = samples::record_gap();
  Anomaly& gap = std::get<FindingBody>(event.body).anomaly;
  gap.cause = GapCause::unknown;
  const std::string plain = event_message(event);
  EXPECT_EQ(plain.find("more PIDs"), std::string::npos);
  gap.excess_pids = 8000;
  EXPECT_EQ(event_message(event),
            plain + "; 8000 more PIDs were handed out than their jobs and the rest explain");
  gap.missing_records = 1;
  EXPECT_NE(event_message(event).find("8000 more PIDs were handed out than its job and the rest"),
            std::string::npos);
  gap.cause = GapCause::records_removed;
  EXPECT_NE(event_message(event).find("8000 more PIDs"), std::string::npos);
  gap.cause = GapCause::unknown;
  gap.missing_records = 99999;
  gap.restarted = true;
  EXPECT_NE(event_message(event).find("the cron daemon was started there, and 8000 more PIDs"),
            std::string::npos);
  EXPECT_LE(event_message(event).size(), 256U);
  gap.restarted = false;
  gap.may_be_burst = true;
  EXPECT_NE(event_message(event).find("lines were removed, or work followed a sleep"),
            std::string::npos);
  EXPECT_NE(event_message(event).find("8000 more PIDs"), std::string::npos);
  EXPECT_LE(event_message(event).size(), 256U);
  gap.may_be_burst = false;
  gap.excess_pids = 0;
  gap.excess_if_wrapped = 4038;
  EXPECT_NE(event_message(event).find("its counter restarted, or it went round and 4038 more PIDs"),
            std::string::npos);
  EXPECT_LE(event_message(event).size(), 256U);
}

TEST(EventMessage, DurationsHaveNoPartThatIsNothing) {
  for (const auto& [seconds, words] :
       std::vector<std::pair<double, std::string>>{{119, "119 s"},
                                                   {120, "2 min"},
                                                   {3540, "59 min"},
                                                   {3600, "1 h"},
                                                   {5400, "90 min"},
                                                   {7170, "2 h"},
                                                   {-7200, "2 h"},
                                                   {9000, "2 h 30 min"},
                                                   {86400, "24 h"},
                                                   {172800, "2.0 days"}}) {
    TimelineEvent event = samples::clock_step();
    std::get<FindingBody>(event.body).anomaly.step_seconds = seconds;
    EXPECT_NE(event_message(event).find(" by about " + words + " while"), std::string::npos)
        << event_message(event);
  }
}

/// Lines that came back speak beside the figures, not in them.
TEST(EventMessage, SaysWhatCameBackOfTheWindow) {
  const std::string plain = event_message(samples::excess());
  TimelineEvent event = samples::excess();
  RecoveredWithin& recovered = std::get<FindingBody>(event.body).recovered;
  recovered = {1, {RecoveryMethod::carved_slack}, false, false, 4096};
  EXPECT_EQ(event_message(event),
            plain +
                "; 1 recovered line is dated within it and is not counted in (carved from "
                "slack; image byte 4096)");
  recovered = {
      12, {RecoveryMethod::carved_unallocated, RecoveryMethod::journal_inode}, true, true, 77};
  EXPECT_EQ(event_message(event),
            plain +
                "; 12 recovered lines are dated within it and are not counted in (carved from "
                "unallocated space; of a file recovered by an old inode in the journal; the "
                "first at volume byte 77; their years are inferred)");
  recovered = {1, {RecoveryMethod::deleted_name}, true, false, {}};
  EXPECT_EQ(event_message(event), plain +
                                      "; 1 recovered line is dated within it and is not counted "
                                      "in (of a deleted file; its year is inferred)");
}

struct LineCase {
  const char* name;
  const char* line;
  const char* reporter;
  Pid pid;
  const char* want;
};

constexpr LineCase kLines[] = {
    {"syslog", "Dec 20 03:20:02 web01 CROND[1206]: (root) CMDEND (a: b)", "CROND", 1206,
     "[CROND, pid: 1206] (root) CMDEND (a: b)"},
    {"no_pid", "Dec 20 03:20:02 web01 anacron: Anacron started", "anacron", 0,
     "[anacron] Anacron started"},
    {"file_form", "CRON (11/05-09:33:42-390) STARTUP (fork ok)", "", 390,
     "CRON (11/05-09:33:42-390) STARTUP (fork ok)"},
    {"no_colon", "<78>1 2024-01-08T10:00:01Z web01 crond 42 - - (CRON) INFO (x)", "crond", 42,
     "<78>1 2024-01-08T10:00:01Z web01 crond 42 - - (CRON) INFO (x)"},
    {"reporter_not_in_line", "Dec 20 x: y", "CROND", 1, "Dec 20 x: y"},
    {"escaped", "Dec 20 03:20:02 web01 CROND[12]: a\x1b", "CROND", 12, "[CROND, pid: 12] a\\x1b"},
};

TEST(EventMessage, LinesReadAsInPlaso) {
  for (const LineCase& c : kLines) {
    SCOPED_TRACE(c.name);
    TimelineEvent event = samples::line();
    auto& record = std::get<RecordBody>(event.body);
    record.line.text = c.line;
    record.reporter = c.reporter;
    record.pid = c.pid;
    EXPECT_EQ(event_message(event), c.want);
  }
}

}  // namespace
}  // namespace pidometer
