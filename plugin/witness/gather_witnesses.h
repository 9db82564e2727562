#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "base/warning.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/witness/witness.h"
#include "plugin/witness/witness_matcher.h"

namespace pidometer {

/// What is known of the host whose cron log the windows are of.
struct WitnessOptions {
  TimeZone zone;                 ///< of wall-clock times
  bool zone_known = true;        ///< false: UTC stands for it, in the cron log as well
  bool log_has_offsets = false;  ///< the cron log's own times need no zone
  std::optional<int> year;       ///< --year
  /// Names of the host, up to the first dot, in its lines. Empty: any.
  std::set<std::string, std::less<>> hostnames;
  /// Several hosts wrote to the folder: files whose lines name no host are the log server's.
  bool several_hosts = false;
  /// The cron log is made of recovered pieces: WitnessMatcher.
  bool in_pieces = false;
};

struct GatheredWitnesses {
  std::vector<WindowWitnesses> windows;  ///< parallel to the windows given
  std::vector<WitnessReport> reports;    ///< sorted by file name
};

/// Reads all `files` that are witnesses by their name (the others are left alone) and attaches what
/// lies in a window. What goes wrong with a file is a Warning of kind damaged_log and costs that
/// file's witnesses at most.
GatheredWitnesses gather_witnesses(std::span<const LogFile* const> files, const PidClock& clock,
                                   std::vector<WitnessWindow> windows,
                                   const WitnessOptions& options, const WarningSink& warn,
                                   const ReadMonitor& monitor);

}  // namespace pidometer
