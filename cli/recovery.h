#pragma once

#include <span>
#include <string>

#include "cli/series_mediator.h"
#include "plugin/plugin.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// What the plugin made of one volume's deleted files and free space; what `found` holds must
/// outlive it.
struct Recovered {
  RecoveredLogs logs;
  HostSeries series;  ///< of `logs`; without files where nothing new was found
};

/// Recovers one volume's logs and says so to mediator and summary. `live`: all folders of the
/// input; those of the same volume tell which lines are known.
Recovered recover_volume(const LogFolder& found, std::span<const LogFolder> live,
                         const std::string& image, const Plugin& plugin, SeriesMediator& mediator,
                         RunSummary& summary);

/// `1234567-carved_unallocated`, `1234567-journal_inode-cron.1`: the name that a recovered log is
/// extracted under.
std::string recovered_name(const FileEntry& entry);

}  // namespace pidometer
