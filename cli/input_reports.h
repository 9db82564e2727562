#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// A summary with program, libraries and the options in force; nothing read yet.
RunSummary start_summary(const Options& options);

/// What the reader learnt of one input, once all its logs were read: into the summary, its warnings
/// to the person, its damage into the outcome.
void add_input(const Evidence& evidence, RunSummary& summary, ScanMediator& mediator,
               RunOutcome& outcome);

/// Says in words what a person has to know beside the rows: no log found, a zone that was assumed.
void say_what_is_missing(const RunSummary& summary, const RunOutcome& outcome,
                         Diagnostics& diagnostics);

/// Refuses an output that is one of the inputs: evidence is never written.
Result<void> check_output_name(const std::string& name, const std::vector<std::string>& inputs,
                               std::span<const InputGroup> groups);

/// `48,211`.
std::string with_thousands(std::uint64_t number);

/// --color, NO_COLOR (https://no-color.org) and whether it goes to a terminal.
bool use_color(ColorMode mode, bool to_terminal);

}  // namespace pidometer
