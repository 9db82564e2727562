#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/scan_evidence.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// How the inputs of a run are read, and where what they give goes.
struct ScanSinks {
  ReaderOptions reading;
  ScanMediator& mediator;
  RunSummary& summary;
  RunOutcome& outcome;
  Diagnostics& diagnostics;
  std::function<void(const Error&)> failed;
};

/// All inputs of a run into one output: opened, scanned and, with --hash, hashed. With --jobs above
/// 1 several at once, by threads of their own; what comes out is the same, byte for byte.
void scan_inputs(const std::vector<InputGroup>& groups, const ScanPlan& plan,
                 const Options& options, const ScanSinks& sinks);

}  // namespace pidometer
