#include <fmt/format.h>

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/gap_message.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

std::string_view change_words(CrontabChange change) {
  switch (change) {
    case CrontabChange::replaced:
      return "a crontab was replaced by crontab(1)";
    case CrontabChange::removed:
      return "a crontab was removed by crontab(1)";
    case CrontabChange::reloaded:
      return "the cron daemon read a crontab that had changed";
  }
  assert(false);
  return {};
}

/// The tick lacks lines that such ticks have.
std::string absent_words(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  if (anomaly.absent_labels.empty()) return {};
  const std::size_t jobs = anomaly.absent_labels.size();
  const std::string whose = escape_bytes(finding.missing_username);
  return fmt::format(
      "; {} missing that the {} nearest ticks of that minute have: with {} {:.0f} PIDs are "
      "usual",
      jobs == 1 ? "the line of a job of " + whose + " is"
                : fmt::format("lines of {} jobs (one of {}) are", jobs, whose),
      anomaly.absent_seen, jobs == 1 ? "it" : "them", anomaly.absent_expected);
}

std::string sequence_message(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  if (anomaly.fault == SequenceFault::edited)
    return fmt::format(
        "the journal has another line in the place of this record of PID {}: the text log's line "
        "was edited {}",
        anomaly.first_pid, when(finding));
  if (anomaly.fault == SequenceFault::inserted)
    return fmt::format(
        "the journal has the lines around this record of PID {}, and not this one: the line was "
        "inserted into the text log {}, or the journal lost it",
        anomaly.first_pid, when(finding));
  if (anomaly.fault == SequenceFault::pid)
    return fmt::format(
        "PID {} of this record does not fit its neighbours' PIDs, {} and {}: the line was "
        "inserted or edited{} {}",
        anomaly.first_pid, anomaly.previous_pid, anomaly.next_pid,
        anomaly.may_be_late ? ", or written late," : "", when(finding));
  if (anomaly.fault == SequenceFault::fall)
    return fmt::format(
        "the PIDs fall from {} to {} at this record, where neither a boot nor a wrap takes them: "
        "lines around it were inserted, edited or moved, or the counter went round, {}",
        anomaly.previous_pid, anomaly.first_pid, when(finding));
  if (anomaly.fault == SequenceFault::order && anomaly.first_record != anomaly.last_record)
    return fmt::format(
        "times and PIDs of {} records in a row, from PID {} to {}, belong elsewhere in the log, "
        "not "
        "between PIDs {} and {}: the lines {} {}",
        anomaly.block_records, anomaly.first_pid, anomaly.last_pid, anomaly.previous_pid,
        anomaly.next_pid,
        anomaly.block_repeated ? "stand there too, and were repeated here"
                               : "were moved, written late or repeated",
        when(finding));
  if (anomaly.fault == SequenceFault::order)
    return fmt::format(
        "time and PID {} of this record belong elsewhere in the log, not between PIDs {} and {}: "
        "the line was moved, written late or repeated {}",
        anomaly.first_pid, anomaly.previous_pid, anomaly.next_pid, when(finding));
  return fmt::format(
      "the time of this record does not fit its neighbours' times while its PID, {}, lies between "
      "theirs, {} and {}: the line was edited or moved {}",
      anomaly.first_pid, anomaly.previous_pid, anomaly.next_pid, when(finding));
}

std::string mismatch_message(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  const CrontabLine* const line = anomaly.crontab_line.get();
  const std::string where =
      line == nullptr ? std::string()
                      : fmt::format("line {} of {}{}{}", line->line, escape_bytes(line->volume),
                                    line->volume.empty() ? "" : ":", escape_bytes(line->filename));
  if (anomaly.mismatch == ScheduleMismatch::line_without_job)
    return fmt::format("{} was due {} times {} and never ran in this log", where, anomaly.due,
                       when(finding));
  const std::string times = anomaly.runs == 1 ? "once" : fmt::format("{} times", anomaly.runs);
  if (anomaly.mismatch == ScheduleMismatch::job_without_script)
    return fmt::format("run-parts started a script {} {} that is not in its folder any more", times,
                       when(finding));
  const std::string stands = line == nullptr
                                 ? "in no crontab any more"
                                 : "only in " + where + ", a file that cron passes over";
  return fmt::format("a job ran {} {} and stands {}", times, when(finding), stands);
}

/// A range of 90% that holds 0 says that there may be no deficit at all.
std::string deficit_words(const Anomaly& anomaly) {
  const std::int64_t count = std::abs(anomaly.excess_pids);
  if (anomaly.excess_high < 0) return pids_handed_out(count, "fewer");
  return count == 1
             ? "1 fewer PID may have been handed out (process or thread)"
             : fmt::format("{} fewer PIDs may have been handed out (processes or threads)", count);
}

/// What an activity's sum is of: where its windows reach beyond its findings, of more than these.
std::string together_words(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  const bool one = finding.parts.size() == 1;
  std::string words = fmt::format("{} finding{}", finding.parts.size(), one ? "" : "s");
  if (anomaly.parts_excess != anomaly.excess_pids)
    words += fmt::format(" with {} more PIDs and what lies beside {}", anomaly.parts_excess,
                         one ? "it" : "them");
  return words + " together: ";
}

std::string finding_message(const TimelineEvent& event, const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  switch (anomaly.kind) {
    case AnomalyKind::record_gap:
      return gap_message(event, finding);
    case AnomalyKind::record_out_of_sequence:
      return sequence_message(finding);
    case AnomalyKind::clock_step:
      return fmt::format("the host's clock was set {} by about {} while the PIDs went on {}",
                         anomaly.step_seconds < 0 ? "back" : "forward",
                         duration_words(anomaly.step_seconds), when(finding));
    case AnomalyKind::new_command:
      return fmt::format(
          "a job that this log of {} before it does not have ran for the first time "
          "{}",
          duration_words(anomaly.days_before * 86400), when(finding));
    case AnomalyKind::crontab_change:
      return std::string(change_words(anomaly.change)) + " " + when(finding);
    case AnomalyKind::schedule_mismatch:
      return mismatch_message(finding);
    case AnomalyKind::log_rewritten:
      return fmt::format(
          "the log's file was made anew {}, and {} of its records are older than that: it was "
          "rewritten (by an editor, sed -i), or put back from a copy",
          when(finding), anomaly.records_before);
    case AnomalyKind::activity:
      return together_words(finding) + pids_handed_out(anomaly.excess_pids, "more") +
             " than the schedule explains " + when(finding);
    case AnomalyKind::pid_excess:
      return pids_handed_out(anomaly.excess_pids, "more") + " than the schedule " +
             (anomaly.restarted ? "and a start of the cron daemon explain " : "explains ") +
             when(finding) +
             (!anomaly.may_be_boot ? ""
              : anomaly.restarted  ? "; unless the host was booted, not only its cron daemon"
                                   : "; unless the host was booted") +
             absent_words(finding) + bound_words(anomaly.level_bound);
    case AnomalyKind::pid_deficit:
      return deficit_words(anomaly) + " than the schedule usually costs " + when(finding);
    case AnomalyKind::boot:
      if (!anomaly.counter_restarted) {
        return "the cron daemon was started, and the PID counter did not restart, " +
               when(finding) +
               (anomaly.may_be_boot ? "; unless the host was booted and its counter came as far"
                                    : "");
      }
      if (anomaly.excess_if_wrapped > 0)
        return "the PID counter restarted (the host was booted, and no line tells it), or it "
               "wrapped and " +
               pids_handed_out(anomaly.excess_if_wrapped, "more") + " than usual, " + when(finding);
      return std::string("the PID counter restarted (the host was booted") +
             (anomaly.untold ? ", though no line says so, or lines were edited) " : ") ") +
             when(finding);
    case AnomalyKind::not_a_clock:
      if (anomaly.order_fault == OrderFault::several_counters)
        return fmt::format(
            "PIDs of several hosts or containers that the log does not tell apart: {} of {} steps "
            "between jobs go down, {} once dealt to several counters; no other finding is made {}",
            anomaly.downward_steps, anomaly.steps, anomaly.downward_steps_dealt, when(finding));
      return fmt::format(
          "PIDs of this host are not sequential: {} of {} steps between jobs go down; no other "
          "finding is made {}",
          anomaly.downward_steps, anomaly.steps, when(finding));
  }
  assert(false);
  return {};
}

/// Whoever opens the image with another tool will not find these lines: why has to be said.
const char* replay_words(const FindingBody& finding) {
  if (!finding.first.journal_replayed && !finding.last.journal_replayed) return "";
  if (finding.first.journal_replayed && finding.last.journal_replayed)
    return " (both records are in the log only because the filesystem's journal was replayed)";
  return finding.first.journal_replayed ? " (the first record is in the log only because the "
                                          "filesystem's journal was replayed)"
                                        : " (the last record is in the log only because the "
                                          "filesystem's journal was replayed)";
}

/// What follows `reporter[pid]: ` in a syslog line; the whole line where that is not its form.
std::string_view line_body(std::string_view line, std::string_view reporter) {
  if (reporter.empty()) return line;
  const auto reporter_at = line.find(reporter);
  if (reporter_at == std::string_view::npos) return line;
  const auto colon_at = line.find(": ", reporter_at + reporter.size());
  return colon_at == std::string_view::npos ? line : line.substr(colon_at + 2);
}

/// Plaso's sentences for the same lines, so that its rows and ours read alike.
std::string record_message(const TimelineEvent& event, const RecordBody& record) {
  if (record.event == CronEvent::command) {
    return fmt::format("Cron ran: {} for user: {} pid: {}", escape_bytes(record.command),
                       escape_bytes(event.username), record.pid);
  }
  const std::string_view body = line_body(record.line.text, record.reporter);
  if (body.size() == record.line.text.size()) return escape_bytes(body);
  if (record.pid == 0) {
    return fmt::format("[{}] {}", escape_bytes(record.reporter), escape_bytes(body));
  }
  return fmt::format("[{}, pid: {}] {}", escape_bytes(record.reporter), record.pid,
                     escape_bytes(body));
}

std::string_view method_words(RecoveryMethod method) {
  switch (method) {
    case RecoveryMethod::carved_unallocated:
      return "carved from unallocated space";
    case RecoveryMethod::carved_slack:
      return "carved from slack";
    case RecoveryMethod::journal_inode:
      return "of a file recovered by an old inode in the journal";
    case RecoveryMethod::deleted_name:
      return "of a deleted file";
  }
  assert(false);
  return {};
}

std::string place_words(bool of_volume, std::uint64_t offset) {
  return fmt::format("{} byte {}", of_volume ? "volume" : "image", offset);
}

/// How the lines of a recovered log were found; empty for a live one.
std::string recovery_words(const TimelineEvent& event, const LineRef& first) {
  if (event.source == nullptr || !event.source->entry.recovery) return {};
  const Recovery& recovery = *event.source->entry.recovery;
  const std::string_view how = method_words(recovery.method);
  const auto offset = image_offset(recovery, first.offset);
  if (!offset) return fmt::format("; lines {}", how);
  return fmt::format("; lines {}, {}", how, place_words(recovery.of_volume, *offset));
}

/// What came back that is dated within the window of a live log's finding: the figures know nothing
/// of it, and whoever reads them must.
std::string recovered_within_words(const RecoveredWithin& recovered) {
  if (recovered.lines == 0) return {};
  std::string words =
      recovered.lines == 1
          ? "; 1 recovered line is dated within it and is not counted in ("
          : fmt::format("; {} recovered lines are dated within it and are not counted in (",
                        recovered.lines);
  for (std::size_t i = 0; i < recovered.methods.size(); ++i) {
    if (i > 0) words += "; ";
    words += method_words(recovered.methods[i]);
  }
  if (recovered.offset)
    words += fmt::format("; {}{}", recovered.lines == 1 ? "" : "the first at ",
                         place_words(recovered.of_volume, *recovered.offset));
  if (recovered.years_inferred)
    words += recovered.lines == 1 ? "; its year is inferred" : "; their years are inferred";
  return words + ")";
}

std::string known_words(const Anomaly& anomaly) {
  if (!anomaly.known) return {};
  const std::string reason = escape_bytes(anomaly.known->reason);
  return anomaly.known_inside
             ? fmt::format("; within known work ({}), its level is one lower", reason)
             : fmt::format("; beside known work ({}), and reaching beyond it", reason);
}

struct MessageOf {
  const TimelineEvent& event;

  std::string operator()(const FindingBody& finding) const {
    return finding_message(event, finding) + known_words(finding.anomaly) + replay_words(finding) +
           recovery_words(event, finding.first) + recovered_within_words(finding.recovered);
  }
  std::string operator()(const RecordBody& record) const { return record_message(event, record); }
  std::string operator()(const WarningBody& body) const {
    return escape_bytes(body.warning.message);
  }
};

}  // namespace

std::string event_message(const TimelineEvent& event) {
  return std::visit(MessageOf{event}, event.body);
}

}  // namespace pidometer
