#pragma once

#include <string>
#include <vector>

#include "base/log_copy.h"
#include "base/log_file.h"
#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Says of a folder that is an older copy of a host's logs, or may be, what is known of that.
void say_which_copy(const std::string& input, const std::string& volume, const std::string& folder,
                    const LogPlace& place, Diagnostics& diagnostics);

/// Of a log that was found and none of whose lines is left: where it lies, its size and its damage,
/// which must not be empty.
std::string lost_log_words(const std::string& volume, const FileEntry& entry,
                           const std::vector<DamagedRange>& damage);
/// lost_log_words() of each such log of a scan.
std::vector<std::string> lost_logs(const RunSummary& summary);

/// Names the hosts of which nothing was judged, and why: that nothing was found says nothing there.
void say_what_was_not_judged(const RunSummary& summary, Diagnostics& diagnostics);

/// Says in words what a person has to know beside the rows: no log found, or those found all lost
/// (`lost`); a zone that was assumed.
void say_what_is_missing(const RunSummary& summary, const RunOutcome& outcome,
                         const std::vector<std::string>& lost, Diagnostics& diagnostics);

}  // namespace pidometer
