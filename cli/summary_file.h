#pragma once

#include <optional>

#include "base/result.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// The file that --summary names, or none. Opened before the work: a name that cannot be written is
/// better known then than after an hour.
Result<std::optional<OutputFile>> create_summary_file(const Options& options);
/// Adds the run, which ends now: nothing else that is written has the times of it.
Result<void> finish_summary_file(std::optional<OutputFile>& file, RunRecord run,
                                 RunSummary& summary);

}  // namespace pidometer
