#pragma once

#include <string>

#include "base/timestamp.h"
#include "cli/options.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// The clock of the machine, to the microsecond. Nothing of it ever goes into rows.
Timestamp time_now();

/// Adds what the end of a run can tell: the program's file and time zones by hash and version, and
/// the files of these inputs.
void finish_run(const RunSummary& summary, RunRecord& run);

/// Who runs this, where and with which command line, from now on; `ended` is still to be said.
RunRecord start_run(const Options& options);

}  // namespace pidometer
