#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <variant>

#include "plugin/timeline/gap_message.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/terminal_summary.h"

namespace pidometer {
namespace {

std::string counted(std::int64_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// `suspended or clock set`.
std::string spaced(std::string_view name) {
  std::string words(name);
  for (char& c : words)
    if (c == '_') c = ' ';
  return words;
}

std::string kind_words(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  switch (anomaly.kind) {
    case AnomalyKind::pid_excess:
      return counted(anomaly.excess_pids, "unexplained PID");
    case AnomalyKind::activity:
      if (anomaly.parts_excess != anomaly.excess_pids)  // what lies beside the findings counts too
        return fmt::format("{} unexplained, {} in ", anomaly.excess_pids, anomaly.parts_excess) +
               counted(static_cast<std::int64_t>(finding.parts.size()), "finding");
      return counted(anomaly.excess_pids, "unexplained PID") + " in " +
             counted(static_cast<std::int64_t>(finding.parts.size()), "finding");
    case AnomalyKind::pid_deficit:
      return counted(std::abs(anomaly.excess_pids), "PID") + " fewer than usual";
    case AnomalyKind::record_gap:
      if (anomaly.unreadable_end > 0 && anomaly.missing_records == 0)
        return "the log's end is no text";
      if (lacks_no_record(anomaly))
        return counted(anomaly.excess_pids, "unexplained PID") + " in an uncomparable interval";
      return (anomaly.excess_pids > 0 ? counted(anomaly.excess_pids, "unexplained PID") + "; "
                                      : "") +
             counted(static_cast<std::int64_t>(anomaly.missing_records), "record") +
             " missing: " + spaced(gap_cause_name(anomaly.cause));
    case AnomalyKind::record_out_of_sequence:
      return "a record out of sequence";
    case AnomalyKind::clock_step:
      return fmt::format("clock set {:+.0f} s", anomaly.step_seconds);
    case AnomalyKind::boot:
      if (anomaly.excess_if_wrapped > 0) return "boot, or a wrap with a burst";
      return anomaly.counter_restarted ? "boot" : "cron was started";
    case AnomalyKind::new_command:
      return "a new command";
    case AnomalyKind::crontab_change:
      return fmt::format("a crontab was {}", crontab_change_name(anomaly.change));
    case AnomalyKind::not_a_clock:
      return "the PIDs are no clock";
    case AnomalyKind::schedule_mismatch:
      return spaced(schedule_mismatch_name(anomaly.mismatch));
    case AnomalyKind::log_rewritten:
      return counted(static_cast<std::int64_t>(anomaly.records_before), "record") +
             " older than the log's file";
  }
  return {};
}

/// What makes the words worth a look: a command that is new, moved, missing or in no crontab.
std::string evidence_of(const FindingBody& finding) {
  switch (finding.anomaly.kind) {
    case AnomalyKind::record_gap:
      return finding.missing_command;
    case AnomalyKind::record_out_of_sequence:
    case AnomalyKind::new_command:
      return finding.first_command;
    case AnomalyKind::schedule_mismatch:
      return finding.anomaly.mismatch == ScheduleMismatch::line_without_job &&
                     finding.anomaly.crontab_line != nullptr
                 ? finding.anomaly.crontab_line->command
                 : finding.first_command;
    default:
      return {};
  }
}

}  // namespace

TerminalSummary::Entry summary_entry(const TimelineEvent& event) {
  const auto& finding = std::get<FindingBody>(event.body);
  const Anomaly& anomaly = finding.anomaly;
  TerminalSummary::Entry entry;
  entry.kind = anomaly.kind;
  entry.level = anomaly.level;
  entry.start = anomaly.window_start;
  entry.end = anomaly.window_end;
  entry.utc_offset_minutes = finding.utc_offset_minutes;
  entry.end_utc_offset_minutes = finding.end_utc_offset_minutes;
  entry.zone_assumed = finding.time_basis.certainty.find("assumed_utc") != std::string::npos;
  entry.excess_pids = anomaly.excess_pids;
  entry.score_log = anomaly.score_log;
  entry.id = finding_id(event);
  entry.activity_id = finding.activity_id;
  entry.words = kind_words(finding);
  if (anomaly.known != nullptr)
    entry.words += anomaly.known_inside ? " (known)" : " (partly known)";
  // A line holds what a screen is wide; more of a hostile command is not kept.
  constexpr std::size_t kMostEvidence = 512;
  entry.evidence = evidence_of(finding).substr(0, kMostEvidence);
  entry.host = event.hostname.substr(0, kMostEvidence);
  return entry;
}

}  // namespace pidometer
