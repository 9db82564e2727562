#include "plugin/log_warnings.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace pidometer {

namespace {

std::string nor_others(std::ptrdiff_t lines) {
  if (lines == 0) return {};
  return lines == 1 ? ", nor is that of 1 other line of this host"
                    : ", nor are those of " + std::to_string(lines) + " other lines of this host";
}

}  // namespace

std::optional<Warning> pid_max_warning(const LogSeries& log, const std::vector<Reading>& readings,
                                       const ClockOptions& options) {
  if (!options.pid_max) return std::nullopt;
  const auto beyond = [&](const Reading& r) {
    return r.kind == ReadingKind::job && r.pid >= *options.pid_max;
  };
  const auto first = std::ranges::find_if(readings, beyond);
  if (first == readings.end()) return std::nullopt;
  const StoredRecord& record = log.records[first->record];
  const std::string pid_max = std::to_string(*options.pid_max);
  Warning warning;
  warning.kind = WarningKind::wrong_pid_max;
  warning.path = log.reports[record.file].entry.path;
  warning.line = record.line;
  warning.message = "PID " + std::to_string(first->pid) + " is not below ";
  warning.message += options.pid_max_is_users
                         ? "--pid-max " + pid_max
                         : pid_max + ", the kernel.pid_max of the image's sysctl files";
  warning.message += nor_others(std::ranges::count_if(readings, beyond) - 1);
  warning.message += options.pid_max_is_users
                         ? ": give its own kernel.pid_max, or leave --pid-max out"
                         : ": that is not believed; give its own kernel.pid_max by --pid-max, "
                           "where it is known";
  return warning;
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
