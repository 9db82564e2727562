#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Takes a line that says how far it is.
using HashProgress = std::function<void(const std::string& words)>;

/// --hash: reads the whole medium of an opened input. Ends early on Ctrl-C, as an error.
Result<MediumHashing> hash_medium(Evidence& evidence, const std::string& name,
                                  const HashProgress& progress);

/// Puts the hashes beside the newest input of the summary. What differs from a hash that the
/// container stores is an error and counts as damage; so does a medium that could not be hashed.
/// Bytes that are lost and of which no warning tells get one.
void add_hashes(const Result<MediumHashing>& hashed, RunSummary& summary, ScanMediator& mediator,
                Diagnostics& diagnostics, RunOutcome& outcome);

}  // namespace pidometer
