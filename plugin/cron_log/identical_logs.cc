#include "plugin/cron_log/identical_logs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plugin/cron_log/rotation.h"

namespace pidometer {
namespace {

bool same_record(const StoredRecord& a, const StoredRecord& b) {
  return a.offset == b.offset && a.line == b.line && a.time == b.time && a.pid == b.pid &&
         a.label == b.label && a.event == b.event && a.source == b.source &&
         a.utc_offset_minutes == b.utc_offset_minutes;
}

Warning copy_warning(const FileLog& first, const FileLog& copy, std::uint64_t records) {
  Warning warning;
  warning.kind = WarningKind::duplicate_input;
  warning.path = copy.report.entry.path;
  warning.message = "it holds the same records as " + first.report.entry.path +
                    ", byte for byte in place: its " + std::to_string(records) +
                    (records == 1 ? " record is" : " records are") + " counted there alone";
  return warning;
}

}  // namespace

void IdenticalLogs::fold(const std::vector<FileLog>& logs, FileLog& log,
                         std::vector<StoredRecord>& records) {
  // A recovered file speaks for the place where it was found, also where its lines are known.
  if (log.begin == log.end || log.report.entry.recovery) return;
  std::vector<std::size_t>& alike =
      known_[{log.report.lines, log.report.records, std::uint64_t{records.back().offset}}];
  const auto begin = records.begin() + static_cast<std::ptrdiff_t>(log.begin);
  for (const std::size_t number : alike) {
    const FileLog& first = logs[number];
    if (!std::equal(begin, records.end(),
                    records.begin() + static_cast<std::ptrdiff_t>(first.begin), same_record))
      continue;
    // Rotations of one log are dated by one another, and what stands in two of them is counted
    // once.
    if (parse_rotation(first.report.entry.path).family ==
        parse_rotation(log.report.entry.path).family)
      continue;
    log.warnings.clear();  // the same lines gave the first log the same ones
    log.warnings.push_back(copy_warning(first, log, log.report.records));
    log.copy_of = number;
    log.report.duplicate_lines += std::exchange(log.report.records, 0);
    log.unread.clear();
    log.runs.clear();
    log.open_end = false;
    records.resize(log.begin);
    log.end = log.begin;
    return;
  }
  alike.push_back(logs.size());
}

void describe_copies(std::vector<FileLog>& logs) {
  for (FileLog& log : logs) {
    if (!log.copy_of) continue;
    const LogReport& first = logs[*log.copy_of].report;
    log.report.time_basis = first.time_basis;
    log.report.year_basis = first.year_basis;
    log.report.first_record = first.first_record;
    log.report.last_record = first.last_record;
  }
}

}  // namespace pidometer
