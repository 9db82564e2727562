#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/scan_mediator.h"
#include "cli/series_mediator.h"
#include "plugin/plugin.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// What the options mean, checked before any evidence is touched.
struct ScanPlan {
  PluginOptions plugin;
  RowSelection selection;
  /// Options with a time that has no offset, and the first such time of each.
  std::vector<std::pair<std::string, std::string>> zoneless = {};
  std::string known_sha256 = {};  ///< of the list of --known as it was read
  bool known_others = false;      ///< known work of hosts that are not read is no mistake
};

/// Errors: ErrorKind::usage, and those of the file of --known.
Result<ScanPlan> make_plan(const Options& options);

/// All series of one opened input through the plugin; `summary` gets what came of --recover.
void scan_evidence(Evidence& evidence, const std::string& name, const ScanPlan& plan,
                   const Options& options, SeriesMediator& mediator,
                   const std::function<void(const Error&)>& failed, RunSummary& summary);

/// What the logs of the summary and the warnings of the mediator mean for the outcome.
void judge_logs(const RunSummary& summary, const ScanMediator& mediator, RunOutcome& outcome);

}  // namespace pidometer
