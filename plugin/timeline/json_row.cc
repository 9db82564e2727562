#include "plugin/timeline/json_row.h"

#include <optional>
#include <string_view>
#include <variant>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

void put_finding_lines(RowJson& row, const FindingBody& finding) {
  row["first_line"] = finding.first.line;
  row["last_line"] = finding.last.line;
  row["first_line_offset"] = finding.first.offset;
  row["last_line_offset"] = finding.last.offset;
  row["first_record"] = escape_bytes(finding.first.text);
  row["last_record"] = escape_bytes(finding.last.text);
  if (finding.first.journal_replayed || finding.last.journal_replayed)
    row["journal_replayed"] = true;
  if (finding.anomaly.first_pid != 0) row["first_pid"] = finding.anomaly.first_pid;
  if (finding.anomaly.last_pid != 0) row["last_pid"] = finding.anomaly.last_pid;
  if (finding.last_source != nullptr) {
    put_text(row, "last_filename", finding.last_source->entry.path);
    put_text(row, "last_log_sha256", finding.last_source->log_sha256);
  }
}

void put_bound(RowJson& row, const Anomaly& anomaly) {
  if (anomaly.level_bound == LevelBound::none) return;
  row["most_level"] = level_name(Level::low);
  row["most_level_reason"] = level_bound_name(anomaly.level_bound);
}

void put_distance(RowJson& row, const Anomaly& anomaly) {
  row["intervals"] = anomaly.intervals;
  row["wraps_assumed"] = anomaly.wraps_assumed;
  row["observed_pids"] = anomaly.observed_pids;
  row["expected_pids"] = row_real(anomaly.expected_pids);
  row["excess_pids"] = anomaly.excess_pids;
  row["excess_low"] = anomaly.excess_low;
  row["excess_high"] = anomaly.excess_high;
  row["score"] = row_real(anomaly.score);
  row["score_log"] = row_real(anomaly.score_log);
  put_bound(row, anomaly);
  row["baseline_samples"] = anomaly.baseline_samples;
  row["baseline_low"] = anomaly.baseline_low;
  row["baseline_high"] = anomaly.baseline_high;
}

void put_absent(RowJson& row, const FindingBody& finding) {
  if (finding.anomaly.absent_labels.empty()) return;
  put_text(row, "missing_username", finding.missing_username);
  put_text(row, "missing_command", finding.missing_command);
  row["missing_jobs"] = finding.anomaly.absent_labels.size();
  row["missing_seen"] = finding.anomaly.absent_seen;
  row["missing_expected_pids"] = row_real(finding.anomaly.absent_expected);
}

void put_gap(RowJson& row, const Anomaly& anomaly) {
  row["cause"] = gap_cause_name(anomaly.cause);
  row["missing_records"] = anomaly.missing_records;
  row["wraps_assumed"] = anomaly.wraps_assumed;
  if (anomaly.unreadable_end > 0) row["unreadable_end_bytes"] = anomaly.unreadable_end;
  if (anomaly.until_file_time) row["until_file_time"] = true;
  if (anomaly.from_file_time) row["from_file_time"] = true;
  if (anomaly.until_file_time || anomaly.from_file_time || anomaly.unreadable_end > 0) return;
  if (anomaly.lost_copies != 0) return;
  if (anomaly.observed_pids > 0) row["observed_pids"] = anomaly.observed_pids;
  row["expected_pids"] = row_real(anomaly.expected_pids);
  row["background_pids"] = row_real(anomaly.background_pids);
  row["noise_pids"] = row_real(anomaly.noise_pids);
  if (anomaly.absent_seen > 0) row["missing_seen"] = anomaly.absent_seen;
  if (anomaly.excess_pids <= 0) return;
  row["excess_pids"] = anomaly.excess_pids;
  row["score"] = row_real(anomaly.score);
  row["score_log"] = row_real(anomaly.score_log);
  put_bound(row, anomaly);
}

/// A line of another log: a MissingLine or a Witness.
template <typename Quoted>
RowJson quoted_line(const Quoted& line) {
  RowJson one;
  one["time"] = iso8601(line.time);
  put_text(one, "filename", line.filename);
  one["line"] = line.line;
  if (line.pid != 0) one["pid"] = line.pid;
  put_text(one, "text", line.text);
  return one;
}

/// What a journal tells of a gap.
void put_missing_lines(RowJson& row, const MissingLines& missing) {
  row["against_journal"] = against_journal_name(missing.verdict);
  row["copied_records"] = missing.copied;
  row["first_missing"] = iso8601(missing.first);
  row["last_missing"] = iso8601(missing.last);
  row["missing_lines"] = RowJson::array();
  for (const MissingLine& line : missing.lines) row["missing_lines"].push_back(quoted_line(line));
}

/// What its parts add up to; its own id is what they name.
void put_activity(RowJson& row, const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  row["activity_id"] = finding.activity_id;
  row["parts"] = finding.parts;
  row["excess_pids"] = anomaly.excess_pids;
  if (anomaly.parts_excess != anomaly.excess_pids) row["parts_excess_pids"] = anomaly.parts_excess;
  row["excess_low"] = anomaly.excess_low;
  row["excess_high"] = anomaly.excess_high;
  row["score_log"] = row_real(anomaly.score_log);
}

void put_sequence(RowJson& row, const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  row["fault"] = sequence_fault_name(anomaly.fault);
  if (anomaly.fault == SequenceFault::order) {
    row["block_records"] = anomaly.block_records;
    if (anomaly.block_repeated) row["block_repeated"] = true;
  }
  row["previous_pid"] = anomaly.previous_pid;
  row["next_pid"] = anomaly.next_pid;
  row["previous_time"] = iso8601(anomaly.previous_time);
  row["next_time"] = iso8601(anomaly.next_time);
  if (!finding.missing) return;
  row["copied_records"] = finding.missing->copied;
  for (const MissingLine& line : finding.missing->lines) row["journal_line"] = quoted_line(line);
}

/// What log and crontab have of a job.
void put_mismatch(RowJson& row, const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  const bool in_log = anomaly.mismatch != ScheduleMismatch::line_without_job;
  row["mismatch"] = schedule_mismatch_name(anomaly.mismatch);
  row[in_log ? "runs" : "due"] = in_log ? anomaly.runs : anomaly.due;
  put_text(row, "missing_username", finding.missing_username);
  put_text(row, "missing_command", finding.missing_command);
  if (anomaly.crontab_line == nullptr) return;
  const CrontabLine& line = *anomaly.crontab_line;
  put_text(row, "crontab_volume", line.volume);
  put_text(row, "crontab_filename", line.filename);
  row["crontab_line"] = line.line;
  put_text(row, "crontab_text", line.text);
  if (line.in_force_since) row["crontab_since"] = iso8601(*line.in_force_since);
}

/// Where the first byte that a row speaks of lies in its log; nothing where it speaks of all.
std::optional<std::uint64_t> place_in_log(const TimelineEvent& event) {
  if (const auto* finding = std::get_if<FindingBody>(&event.body)) return finding->first.offset;
  if (const auto* record = std::get_if<RecordBody>(&event.body)) return record->line.offset;
  const auto& range = std::get<WarningBody>(event.body).warning.range;
  return range ? std::optional(range->begin) : std::nullopt;
}

/// A recovered log's rows are never to be taken for a live one's.
void put_recovery(RowJson& row, const TimelineEvent& event, const Recovery& recovery) {
  row["tag"].push_back("recovered");
  row["recovered"] = recovery_method_name(recovery.method);
  const auto place = place_in_log(event);
  if (!place || recovery.of_volume) return;
  if (const auto offset = image_offset(recovery, *place)) row["image_offset"] = *offset;
}

/// What came back of the window of a live log's finding.
void put_recovered_within(RowJson& row, const RecoveredWithin& recovered) {
  if (recovered.lines == 0) return;
  row["recovered_lines"] = recovered.lines;
  for (const RecoveryMethod method : recovered.methods)
    row["recovered_methods"].push_back(recovery_method_name(method));
  if (recovered.years_inferred) row["recovered_years_inferred"] = true;
}

/// Lines of other logs; nothing where there are none.
void put_witnesses(RowJson& row, const WindowWitnesses& witnesses) {
  if (witnesses.total == 0) return;
  row["witnesses_total"] = witnesses.total;
  row["witnesses"] = RowJson::array();
  for (const Witness& witness : witnesses.witnesses) {
    RowJson one = quoted_line(witness);
    one["relation"] = witness_relation_name(witness.relation);
    row["witnesses"].push_back(std::move(one));
  }
  if (witnesses.narrowed_start) row["narrowed_start"] = iso8601(*witnesses.narrowed_start);
  if (witnesses.narrowed_end) row["narrowed_end"] = iso8601(*witnesses.narrowed_end);
}

/// Adds what only one kind of row has.
struct PutBody {
  const TimelineEvent& event;
  RowJson& row;

  void operator()(const FindingBody& finding) const {
    const Anomaly& anomaly = finding.anomaly;
    const std::string kind(anomaly_kind_name(anomaly.kind));
    const bool is_activity = anomaly.kind == AnomalyKind::activity;
    row["data_type"] = is_activity ? "pidometer:activity" : "pidometer:anomaly:" + kind;
    row["timestamp_desc"] = "Start Time";
    row["tag"] = {kind, std::string(level_name(anomaly.level))};
    row["level"] = level_name(anomaly.level);
    if (!is_activity) row["finding_id"] = finding_id(event);
    if (!is_activity) put_text(row, "activity_id", finding.activity_id);
    row["window_start"] = iso8601(anomaly.window_start);
    row["window_end"] = iso8601(anomaly.window_end);
    row["boot_session"] = anomaly.boot_session;
    put_finding_lines(row, finding);
    if (anomaly.known) {
      put_text(row, anomaly.known_inside ? "known_reason" : "known_beside", anomaly.known->reason);
      row["tag"].push_back("known");
    }
    put_recovered_within(row, finding.recovered);
    put_witnesses(row, finding.witnesses);
    switch (anomaly.kind) {
      case AnomalyKind::pid_excess:
      case AnomalyKind::pid_deficit:
        put_distance(row, anomaly);
        put_absent(row, finding);
        break;
      case AnomalyKind::record_gap:
        put_gap(row, anomaly);
        if (finding.missing) put_missing_lines(row, *finding.missing);
        put_text(row, "missing_username", finding.missing_username);
        put_text(row, "missing_command", finding.missing_command);
        break;
      case AnomalyKind::record_out_of_sequence:
        put_sequence(row, finding);
        break;
      case AnomalyKind::clock_step:
        row["observed_pids"] = anomaly.observed_pids;
        row["step_seconds"] = row_real(anomaly.step_seconds);
        break;
      case AnomalyKind::new_command:
        row["days_before"] = row_real(anomaly.days_before);
        break;
      case AnomalyKind::crontab_change:
        row["change"] = crontab_change_name(anomaly.change);
        break;
      case AnomalyKind::schedule_mismatch:
        put_mismatch(row, finding);
        break;
      case AnomalyKind::log_rewritten:
        row["file_created"] = iso8601(anomaly.file_created);
        row["records_before"] = anomaly.records_before;
        break;
      case AnomalyKind::activity:
        put_activity(row, finding);
        break;
      case AnomalyKind::boot:
        row["counter_restarted"] = anomaly.counter_restarted;
        if (anomaly.may_be_boot) row["may_be_boot"] = true;
        if (anomaly.excess_if_wrapped > 0) row["excess_if_wrapped"] = anomaly.excess_if_wrapped;
        break;
      case AnomalyKind::not_a_clock:
        row["intervals"] = anomaly.intervals;
        row["steps"] = anomaly.steps;
        row["downward_steps"] = anomaly.downward_steps;
        row["order_fault"] = order_fault_name(anomaly.order_fault);
        if (anomaly.order_fault == OrderFault::several_counters)
          row["downward_steps_dealt"] = anomaly.downward_steps_dealt;
        else
          row["unevenness"] = row_real(anomaly.unevenness);
        break;
    }
    put_text(row, "reporter", finding.reporter);
    put_text(row, "command", finding.first_command);
    put_text(row, "time_certainty", finding.time_basis.certainty);
    put_text(row, "time_basis", finding.time_basis.words);
    // Our own words: the evidence in them is escaped, the line feeds are the text's.
    if (finding.explanation != nullptr) row["explanation"] = explanation_text(*finding.explanation);
  }

  void operator()(const RecordBody& record) const {
    const bool ran = record.event == CronEvent::command;
    row["data_type"] = ran ? "syslog:cron:task_run" : "syslog:line";
    row["timestamp_desc"] = "Recorded Time";
    // The label that Plaso's tagging rules for Linux give the same rows.
    if (ran) row["tag"] = {"application_execution"};
    row["cron_event"] = cron_event_name(record.event);
    row["line"] = record.line.line;
    row["line_offset"] = record.line.offset;
    if (record.line.journal_replayed) row["journal_replayed"] = true;
    if (record.pid != 0) row["pid"] = record.pid;
    put_text(row, "reporter", record.reporter);
    put_text(row, "command", record.command);
  }

  void operator()(const WarningBody& body) const {
    const Warning& warning = body.warning;
    const std::string kind(warning_kind_name(warning.kind));
    row["data_type"] = "pidometer:warning:" + kind;
    row["timestamp_desc"] = "Recorded Time";
    row["tag"] = {"warning", kind};
    if (warning.range) {
      row["range_begin"] = warning.range->begin;
      if (warning.range->end != kUnknownEnd) row["range_end"] = warning.range->end;
    }
    if (warning.line != 0) row["line"] = warning.line;
  }
};

}  // namespace

RowJson row_json(const TimelineEvent& event) {
  RowJson row;
  row["message"] = event_message(event);
  row["datetime"] = iso8601(event.time);
  row["timestamp"] = posix_microseconds(event.time);
  row["parser"] = "pidometer/" + event.parser;
  row["source_short"] = "LOG";
  row["source_long"] = "Cron PID odometer";
  put_text(row, "hostname", event.hostname);
  put_text(row, "username", event.username);
  if (event.source != nullptr) {
    const FileEntry& entry = event.source->entry;
    put_text(row, "case_id", event.source->case_id);
    put_text(row, "evidence_id", event.source->evidence_id);
    put_text(row, "display_name", entry.display_name);
    put_text(row, "filename", entry.path);
    put_text(row, "log_sha256", event.source->log_sha256);
    put_text(row, "log_copy", log_copy_name(event.source->copy));
    if (entry.inode) row["inode"] = std::to_string(*entry.inode);
    if (!entry.path_spec.empty()) row["pathspec"] = path_spec_json(entry.path_spec);
  }
  std::visit(PutBody{event, row}, event.body);
  if (event.source != nullptr && event.source->entry.recovery)
    put_recovery(row, event, *event.source->entry.recovery);
  return row;
}

}  // namespace pidometer
