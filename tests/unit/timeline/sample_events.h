#pragma once

#include <memory>
#include <utility>

#include "plugin/timeline/names.h"
#include "plugin/timeline/timeline_event.h"

namespace pidometer::samples {

inline Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

/// A log on the EXT volume of a raw image.
inline std::shared_ptr<const EventSource> source() {
  EventSource out;
  out.entry.path = "/var/log/cron";
  out.entry.display_name = "EXT:/var/log/cron";
  out.entry.inode = 17;
  out.entry.path_spec = {
      {.type_indicator = "EXT",
       .location = "/var/log/cron",
       .inode = 17,
       .part_index = {},
       .start_offset = {},
       .volume_index = {},
       .compression_method = {}},
      {.type_indicator = "TSK_PARTITION",
       .location = "/p2",
       .inode = {},
       .part_index = 3,
       .start_offset = 63963136,
       .volume_index = {},
       .compression_method = {}},
      {.type_indicator = "RAW",
       .location = "",
       .inode = {},
       .part_index = {},
       .start_offset = {},
       .volume_index = {},
       .compression_method = {}},
      {.type_indicator = "OS",
       .location = "disk.raw",
       .inode = {},
       .part_index = {},
       .start_offset = {},
       .volume_index = {},
       .compression_method = {}},
  };
  out.log_sha256 = "9d5e8b4cb22b3b08173f6ecd2e00d31a201eac61d4925106d0d302f5350ce7fb";
  out.series_id = "p2:/var/log";
  return std::make_shared<const EventSource>(std::move(out));
}

/// The largest excess of the 2001 case.
inline TimelineEvent excess() {
  FindingBody finding;
  Anomaly& anomaly = finding.anomaly;
  anomaly.kind = AnomalyKind::pid_excess;
  anomaly.level = Level::critical;
  anomaly.window_start = at(973695000);
  anomaly.window_end = at(973695600);
  anomaly.first_pid = 2441;
  anomaly.last_pid = 3285;
  anomaly.boot_session = 1;
  anomaly.observed_pids = 844;
  anomaly.expected_pids = 2;
  anomaly.excess_pids = 842;
  anomaly.excess_low = 842;
  anomaly.excess_high = 842;
  anomaly.score = 12.34567;
  anomaly.score_log = 9.75;
  anomaly.baseline_samples = 312;
  anomaly.baseline_low = 2;
  anomaly.baseline_high = 2;
  finding.first = {576, 30400, "root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)"};
  finding.last = {577, 30453, "root (11/08-09:00:00-3285) CMD (   /sbin/rmmod -as)"};
  finding.first_command = "/sbin/rmmod -as";
  finding.utc_offset_minutes = -360;
  finding.end_utc_offset_minutes = -360;
  finding.time_basis = {"year_inferred", "year 2000 from the file's mtime"};
  return {anomaly.window_start, "pid_excess", "", "root", source(), std::move(finding)};
}

/// A window that other logs say something about.
inline TimelineEvent witnessed_excess() {
  TimelineEvent event = excess();
  auto& finding = std::get<FindingBody>(event.body);
  const auto add = [&](std::int64_t seconds, const char* file, std::uint32_t line, Pid pid,
                       const char* text, WitnessRelation relation) {
    finding.witnesses.witnesses.push_back({at(seconds), file, line, pid, text, relation});
  };
  add(973695010, "/var/log/secure", 4, 2443,
      "Nov  8 08:50:10 web01 in.telnetd[2443]: connect from 192.0.2.7",
      WitnessRelation::born_in_window);
  add(973695213, "/var/run/sshd.pid", 1, 2871, "2871", WitnessRelation::born_in_window);
  add(973695300, "/var/log/dpkg.log", 812, 0, "2000-11-08 08:55:00 status installed gcc 2.95.2-20",
      WitnessRelation::seen_in_window);
  add(973695592, "/var/log/wtmp", 1, 2387, "DEAD_PROCESS pts/0", WitnessRelation::seen_in_window);
  finding.witnesses.total = 61;
  finding.witnesses.narrowed_start = at(973695010);
  return event;
}

/// Two lines that a text log lost and the journal kept.
inline TimelineEvent lost_copies() {
  FindingBody finding;
  Anomaly& anomaly = finding.anomaly;
  anomaly.kind = AnomalyKind::record_gap;
  anomaly.cause = GapCause::records_removed;
  anomaly.level = Level::high;
  anomaly.window_start = at(1793598601);
  anomaly.window_end = at(1793600401);
  anomaly.first_pid = 4101;
  anomaly.last_pid = 4160;
  anomaly.boot_session = 1;
  anomaly.missing_records = 2;
  anomaly.lost_copies = 1;
  finding.first = {91, 8100, "Nov  2 05:50:01 web01 CRON[4101]: (root) CMD (/usr/lib/sa/sa1 1 1)"};
  finding.last = {92, 8170, "Nov  2 06:20:01 web01 CRON[4160]: (root) CMD (/usr/lib/sa/sa1 1 1)"};
  finding.first_command = "/usr/lib/sa/sa1 1 1";
  finding.reporter = "CRON";
  finding.time_basis = {"exact", "each line names its instant"};
  const char* journal = "/var/log/journal/0123456789abcdef0123456789abcdef/system.journal";
  finding.missing = MissingLines{
      AgainstJournal::lines_removed,
      {{at(1793599201), journal, 5120, 4120,
        "<78>1 2026-11-02T06:00:01.000000Z web01 CRON 4120 - [journal at=\"91136\"] (root) CMD "
        "(/usr/lib/sa/sa1 1 1)"},
       {at(1793599801), journal, 5144, 4139,
        "<78>1 2026-11-02T06:10:01.000000Z web01 CRON 4139 - [journal at=\"92408\"] (root) CMD "
        "(/usr/lib/sa/sa1 1 1)"}},
      at(1793599201),
      at(1793599801),
      998};
  return {anomaly.window_start, "record_gap", "web01", "root", source(), std::move(finding)};
}

inline TimelineEvent deficit() {
  TimelineEvent event = excess();
  event.parser = "pid_deficit";
  Anomaly& anomaly = std::get<FindingBody>(event.body).anomaly;
  anomaly.kind = AnomalyKind::pid_deficit;
  anomaly.level = Level::low;
  anomaly.last_pid = 2582;
  anomaly.observed_pids = 141;
  anomaly.expected_pids = 145;
  anomaly.excess_pids = -4;
  anomaly.excess_low = -5;
  anomaly.excess_high = -3;
  anomaly.baseline_samples = 2;
  anomaly.baseline_low = 145;
  anomaly.baseline_high = 146;
  return event;
}

/// What is found from the begin of excess() on; without `end` of its first record alone.
inline Anomaly found(AnomalyKind kind, Level level, std::int64_t end = 973695000,
                     Pid last_pid = 2441) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.level = level;
  anomaly.window_start = at(973695000);
  anomaly.window_end = at(end);
  anomaly.first_pid = 2441;
  anomaly.last_pid = last_pid;
  anomaly.boot_session = 1;
  return anomaly;
}

/// The row of excess() with another finding in it.
inline TimelineEvent row_of(Anomaly anomaly) {
  TimelineEvent event = excess();
  event.parser = std::string(anomaly_kind_name(anomaly.kind));
  auto& finding = std::get<FindingBody>(event.body);
  if (anomaly.window_start == anomaly.window_end) finding.last = finding.first;
  finding.anomaly = std::move(anomaly);
  return event;
}

/// Lines of an hour and a half are missing, and their PIDs are not.
inline TimelineEvent record_gap() {
  Anomaly gap = found(AnomalyKind::record_gap, Level::high, 973700400, 2463);
  gap.cause = GapCause::records_removed;
  gap.missing_records = 8;
  gap.observed_pids = 22;
  gap.expected_pids = 20.5;
  gap.background_pids = 3.25;
  gap.noise_pids = 0.75;
  return row_of(gap);
}

/// One line is missing, and with it the PIDs of work that no line tells of.
inline TimelineEvent record_gap_with_work() {
  Anomaly gap = found(AnomalyKind::record_gap, Level::critical, 973700400, 10460);
  gap.cause = GapCause::unknown;
  gap.missing_records = 1;
  gap.observed_pids = 8019;
  gap.expected_pids = 19.5;
  gap.background_pids = 14.25;
  gap.noise_pids = 2.75;
  gap.excess_pids = 8000;
  gap.score = 4210.5;
  gap.score_log = 4206.25;
  return row_of(gap);
}

inline TimelineEvent record_out_of_sequence() {
  Anomaly forged = found(AnomalyKind::record_out_of_sequence, Level::medium);
  forged.previous_pid = 911;
  forged.next_pid = 915;
  forged.previous_time = at(973694400);
  forged.next_time = at(973695600);
  return row_of(forged);
}

/// A line that was written late, moved or repeated.
inline TimelineEvent misplaced_line() {
  Anomaly misplaced = found(AnomalyKind::record_out_of_sequence, Level::low);
  misplaced.fault = SequenceFault::order;
  misplaced.previous_pid = 2478;
  misplaced.next_pid = 2481;
  misplaced.previous_time = at(973696200);
  misplaced.next_time = at(973696800);
  return row_of(misplaced);
}

/// A line of a text log that the journal beside it has otherwise.
inline TimelineEvent edited_line() {
  Anomaly edited = found(AnomalyKind::record_out_of_sequence, Level::high);
  edited.fault = SequenceFault::edited;
  edited.lost_copies = 1;
  edited.previous_pid = 2438;
  edited.next_pid = 2443;
  edited.previous_time = at(973694400);
  edited.next_time = at(973695600);
  TimelineEvent event = row_of(edited);
  std::get<FindingBody>(event.body).missing = MissingLines{
      AgainstJournal::line_edited,
      {{at(973695000), "/var/log/journal/0123456789abcdef0123456789abcdef/system.journal", 5120,
        2441,
        "<78>1 2000-11-08T14:50:00.000000Z web01 CRON 2441 - [journal at=\"91136\"] (root) CMD "
        "(/sbin/rmmod -a)"}},
      at(973695000),
      at(973695000),
      998};
  return event;
}

inline TimelineEvent clock_step() {
  Anomaly step = found(AnomalyKind::clock_step, Level::low, 973700400, 2443);
  step.observed_pids = 2;
  step.step_seconds = -6000;
  return row_of(step);
}

/// One record that says something of the schedule.
inline TimelineEvent schedule_finding(AnomalyKind kind) {
  Anomaly one = found(kind, Level::low);
  one.days_before = 12.5;
  return row_of(one);
}

/// A line of a crontab that never ran.
inline TimelineEvent line_without_job() {
  Anomaly line = found(AnomalyKind::schedule_mismatch, Level::low, 974299800, 9120);
  line.mismatch = ScheduleMismatch::line_without_job;
  line.due = 42;
  line.crontab_line = std::make_shared<const CrontabLine>(
      CrontabLine{"p1", "/etc/cron.d/sysstat", 3, "0 */4 * * * root /usr/lib/sa/sa2 -A", "root",
                  "/usr/lib/sa/sa2 -A", at(973000000)});
  TimelineEvent event = row_of(line);
  auto& finding = std::get<FindingBody>(event.body);
  finding.missing_username = "root";
  finding.missing_command = "/usr/lib/sa/sa2 -A";
  return event;
}

/// A job that no crontab has any more.
inline TimelineEvent job_without_line() {
  TimelineEvent event = line_without_job();
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.mismatch = ScheduleMismatch::job_without_line;
  finding.anomaly.runs = 7;
  finding.anomaly.crontab_line = nullptr;
  finding.missing_username.clear();
  finding.missing_command.clear();
  return event;
}

/// A script that its folder has not any more.
inline TimelineEvent job_without_script() {
  TimelineEvent event = job_without_line();
  std::get<FindingBody>(event.body).anomaly.mismatch = ScheduleMismatch::job_without_script;
  return event;
}

/// A log that is younger than its first records.
inline TimelineEvent log_rewritten() {
  Anomaly rewritten = found(AnomalyKind::log_rewritten, Level::low, 973695600, 3285);
  rewritten.file_created = at(973695321);
  rewritten.records_before = 576;
  return row_of(rewritten);
}

/// Sums up two findings.
inline TimelineEvent activity() {
  TimelineEvent event = excess();
  event.parser = "activity";
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.kind = AnomalyKind::activity;
  finding.anomaly.parts_excess = finding.anomaly.excess_pids;
  finding.activity_id = "0123456789abcdef";
  finding.parts = {"00112233445566ff", "ff66554433221100"};
  return event;
}

inline TimelineEvent task_run() {
  RecordBody record;
  record.event = CronEvent::command;
  record.pid = 1206;
  record.line = {3, 120, "Dec 20 03:20:01 web01 CROND[1206]: (root) CMD (/usr/lib64/sa/sa1 1 1)"};
  record.reporter = "CROND";
  record.command = "/usr/lib64/sa/sa1 1 1";
  return {at(1703042401), "cronie", "web01", "root", source(), std::move(record)};
}

/// A record that a journal held when the image was taken.
inline TimelineEvent replayed_run() {
  TimelineEvent event = task_run();
  std::get<RecordBody>(event.body).line.journal_replayed = true;
  return event;
}

/// A window whose end a journal held.
inline TimelineEvent replayed_excess() {
  TimelineEvent event = excess();
  std::get<FindingBody>(event.body).last.journal_replayed = true;
  return event;
}

inline TimelineEvent line() {
  RecordBody record;
  record.event = CronEvent::info;
  record.pid = 812;
  record.line = {2, 60,
                 "Dec 20 03:14:01 web01 crond[812]: (CRON) INFO (RANDOM_DELAY will be scaled with "
                 "factor 64% if used.)"};
  record.reporter = "crond";
  return {at(1703042041), "cronie", "web01", "", source(), std::move(record)};
}

inline TimelineEvent damaged_log() {
  WarningBody body;
  body.warning.kind = WarningKind::damaged_log;
  body.warning.message = "bytes 4096 to 8192 are lost: E01 chunk checksum";
  body.warning.path = "/var/log/cron";
  body.warning.range = ByteRange{4096, 8192};
  body.warning.line = 80;
  return {at(973695000), "cronie", "web01", "", source(), std::move(body)};
}

}  // namespace pidometer::samples
