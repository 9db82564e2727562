#include "plugin/recovered_series.h"

#include <algorithm>

namespace pidometer {

std::vector<bool> mark_known_records(const HostSeries& series, LogSeries& log) {
  if (!series.recovered) return {};
  std::vector<const std::vector<std::uint64_t>*> lines(log.files.size());
  for (std::size_t place = 0; place < log.files.size(); ++place) {
    const auto file = std::find(series.files.begin(), series.files.end(), log.files[place]);
    const auto number = static_cast<std::size_t>(file - series.files.begin());
    if (number < series.known_lines.size()) lines[place] = &series.known_lines[number];
  }
  std::vector<bool> known(log.records.size());
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    const auto* starts = lines[record.file];
    known[i] = starts != nullptr &&
               std::binary_search(starts->begin(), starts->end(), std::uint64_t{record.offset});
    if (!known[i]) continue;
    LogReport& report = log.reports[record.file];
    ++report.duplicate_lines;
    --report.records;
  }
  return known;
}

void drop_known_findings(const std::vector<bool>& known, std::vector<Anomaly>& anomalies) {
  if (known.empty()) return;
  std::erase_if(anomalies, [&](const Anomaly& anomaly) {
    if (anomaly.kind == AnomalyKind::record_gap && anomaly.cause == GapCause::evidence_damaged)
      return true;
    // a command that a piece's end cut short
    if (anomaly.kind == AnomalyKind::new_command) return true;
    for (std::size_t i = anomaly.first_record; i <= anomaly.last_record; ++i)
      if (!known[i]) return false;
    return true;
  });
}

std::vector<RecoveredLine> list_recovered(const LogSeries& log, const std::vector<bool>& known) {
  std::vector<RecoveredLine> lines;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    const LogReport& report = log.reports[record.file];
    if (known[i] || !report.entry.recovery) continue;
    const Recovery& recovery = *report.entry.recovery;
    lines.push_back({record.time, recovery.method, report.time_basis.certainty.starts_with("year"),
                     recovery.of_volume, image_offset(recovery, record.offset)});
  }
  return lines;
}

bool worth_telling(const HostSeries& series, const Warning& warning) {
  return !series.recovered || (warning.kind != WarningKind::unparsed_line &&
                               warning.kind != WarningKind::year_uncertain);
}

}  // namespace pidometer
