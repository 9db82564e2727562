#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// More fragments of one volume are not listed: as many as a series may have logs.
inline constexpr std::size_t kMostFragments = 60'000;

/// What was recovered of one volume's logs.
struct RecoveredLogs {
  std::vector<std::unique_ptr<LogFile>> fragments;  ///< those that were carved
  std::vector<const LogFile*> files;                ///< all that hold a line that no live log has
  /// Parallel to `files`: starts of the lines that stand in a live log too, ascending.
  std::vector<std::vector<std::uint64_t>> known_lines;
  std::vector<LogReport> repeated;  ///< fragments and files that hold nothing else
  RecoveryReport report;
  bool stopped = false;
};

/// Looks at everything that was `found` (FileEntry::recovery): areas are carved, deleted files are
/// taken where they begin like a cron log. What lies in such a file is not carved again. `live` are
/// the volume's own logs: lines that stand in one of them are known.
RecoveredLogs recover_logs(std::span<const LogFile* const> live,
                           std::span<const LogFile* const> found, const ReadMonitor& monitor);

}  // namespace pidometer
