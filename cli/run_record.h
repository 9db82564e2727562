#pragma once

#include <string>

#include "base/timestamp.h"
#include "cli/options.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// The clock of the machine, to the microsecond. Nothing of it ever goes into rows.
Timestamp time_now();

/// Who runs this, where and with which command line, from now on; `ended` is still to be said.
RunRecord start_run(const Options& options);

}  // namespace pidometer
