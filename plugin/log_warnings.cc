#include "plugin/log_warnings.h"

#include <algorithm>
#include <string>
#include <utility>

namespace pidometer {

void warn_of_pid_max(const LogSeries& log, const std::vector<Reading>& readings,
                     const PluginOptions& options, Mediator& mediator) {
  if (!options.pid_max) return;
  const auto beyond = [&](const Reading& r) {
    return r.kind == ReadingKind::job && r.pid >= *options.pid_max;
  };
  const auto first = std::ranges::find_if(readings, beyond);
  if (first == readings.end()) return;
  const StoredRecord& record = log.records[first->record];
  Warning warning;
  warning.kind = WarningKind::wrong_pid_max;
  warning.path = log.reports[record.file].entry.path;
  warning.line = record.line;
  warning.message =
      "PID " + std::to_string(first->pid) + " is not below --pid-max " +
      std::to_string(*options.pid_max) + ", nor are those of " +
      std::to_string(std::ranges::count_if(readings, beyond) - 1) +
      " other lines of this host: give its own kernel.pid_max, or leave --pid-max out";
  mediator.produce_warning(std::move(warning));
}

void warn_of_truncated_logs(const LogSeries& log, Mediator& mediator) {
  for (std::size_t file = 0; file < log.reports.size(); ++file) {
    if (!log.owned[file] || log.reports[file].damage.empty()) continue;
    const DamagedRange& last = log.reports[file].damage.back();
    if (last.range.end != kUnknownEnd) continue;
    Warning warning;
    warning.kind = WarningKind::truncated_stream;
    warning.path = log.reports[file].entry.path;
    warning.range = last.range;
    warning.message = last.reason + ": the log's lines from there on are lost (" +
                      std::to_string(log.reports[file].records) +
                      " records were read); look for a whole copy of the file";
    mediator.produce_warning(std::move(warning));
  }
}

}  // namespace pidometer
