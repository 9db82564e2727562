#include "plugin/text_logs_alone.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/journal_entry.h"
#include "plugin/file_findings.h"
#include "plugin/judged_clock.h"
#include "plugin/readings.h"

namespace pidometer {
namespace {

bool is_of_file(const Anomaly& a) {
  return a.until_file_time || a.unreadable_end > 0 || a.from_file_time ||
         a.cause == GapCause::rotation_missing || a.kind == AnomalyKind::log_rewritten;
}

bool is_removal(const Anomaly& a) {
  return a.kind == AnomalyKind::record_gap && a.cause == GapCause::records_removed;
}

TextLogsAlone judge(const HostSeries& series, LogSeries log, const ClockOptions& options) {
  TextLogsAlone alone;
  const JudgedClock judged(build_pid_clock(readings_of(log), options));
  std::vector<Anomaly>& found = alone.findings;
  found = detect_anomalies(judged.input);
  add_file_findings(series.files, log, judged.clock, found);
  std::erase_if(found, [](const Anomaly& a) { return !is_of_file(a) && !is_removal(a); });
  // Told of with the journal's.
  for (LogReport& report : log.reports) report.damage.clear();
  alone.log = std::move(log);
  return alone;
}

/// Whether both are of one stretch of lines of one log.
bool is_same_place(const TextLogsAlone& alone, const Anomaly& removal, const LostCopies& lost) {
  const StoredRecord& first = alone.log.records[removal.first_record];
  const StoredRecord& last = alone.log.records[removal.last_record];
  return first.file == last.file && alone.log.files[first.file] == lost.first.file &&
         lost.first.file == lost.last.file && first.line < lost.last.line &&
         lost.first.line < last.line;
}

}  // namespace

std::vector<TextLogsAlone> judge_text_logs_alone(
    const HostSeries& series, const LogSeriesOptions& options,
    const std::function<ClockOptions(const LogSeries&)>& clock_options, Mediator& mediator) {
  std::vector<TextLogsAlone> all;
  std::vector<const LogFile*> files;
  for (const LogFile* file : series.files)
    if (!has_journal_name(file->entry().path)) files.push_back(file);
  if (files.empty() || series.recovered) return all;
  // What is to be said of the files was said when they were read with the others.
  read_log_series(
      files, options, [](const Warning&) {}, [&](std::uint64_t) { return !mediator.aborted(); },
      [&](LogSeries log, bool) {
        const bool has_journal = std::ranges::any_of(
            log.reports, [](const LogReport& report) { return report.beside_journal.has_value(); });
        if (mediator.aborted() || has_journal) return false;
        const ClockOptions clock = clock_options(log);
        if (!log.records.empty()) all.push_back(judge(series, std::move(log), clock));
        return true;
      });
  return all;
}

void raise_by_text_logs(const std::vector<TextLogsAlone>& alone, const LogSeries& log,
                        std::vector<Anomaly>& anomalies) {
  for (Anomaly& a : anomalies) {
    if (a.lost_copies == 0) continue;
    const LostCopies& lost = log.lost_copies[a.lost_copies - 1];
    if (lost.verdict != AgainstJournal::log_silent) continue;
    for (const TextLogsAlone& one : alone)
      for (const Anomaly& removal : one.findings) {
        if (!is_removal(removal) || !is_same_place(one, removal, lost)) continue;
        a.cause = GapCause::records_removed;
        a.level = std::max(a.level, removal.level);
      }
  }
}

void leave_files_to_text_logs(const LogSeries& log, std::vector<Anomaly>& anomalies) {
  std::erase_if(anomalies, [&](const Anomaly& a) {
    return a.lost_copies == 0 && is_of_file(a) &&
           log.reports[log.records[a.first_record].file].beside_journal.has_value();
  });
}

std::vector<Anomaly> file_findings_of(const TextLogsAlone& alone) {
  std::vector<Anomaly> found;
  std::ranges::copy_if(alone.findings, std::back_inserter(found), is_of_file);
  return found;
}

}  // namespace pidometer
