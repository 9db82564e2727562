#pragma once

#include <span>

#include "base/result.h"
#include "cli/options.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Refuses outputs that are an input or lie in one (evidence is never written), that would replace
/// a list of --known or --case or a file that is no text, and two outputs of one name.
Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups);

/// The same of all files that inputs turned out to be made of, before any output gets its name:
/// extents, the disks below a disk.
Result<void> check_opened_files(const Options& options, const RunSummary& summary);

}  // namespace pidometer
