#pragma once

#include <string>

#include "base/result.h"
#include "cli/options.h"
#include "plugin/timeline/custody.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Who runs this, where, when and with which command line, as `run` has it; nothing extracted yet.
CustodyRecord start_custody(const Options& options, const RunRecord& run);

/// Refuses a folder that holds the record or the sums of another extraction, unless --force.
Result<void> check_custody_names(const Options& options);

/// Writes CUSTODY.json and CUSTODY.txt into the folder, with the time. Returns the SHA-256 of
/// CUSTODY.json, for the examiner's own notes: it seals the hashes that stand in it.
Result<std::string> write_custody(CustodyRecord& record, const Options& options,
                                  const RunSummary& summary);

}  // namespace pidometer
