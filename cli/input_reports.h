#pragma once

#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// A summary with program, libraries and the options in force; nothing read yet.
RunSummary start_summary(const Options& options);

/// How the evidence is to be read: with --step-limit, until Ctrl-C.
ReaderOptions reader_options(const Options& options);

/// The inputs of the command line, grouped: those given by themselves, then those of --root.
GroupedInputs group_given(const Options& options);

/// What the reader learnt of one input, once all its logs were read: into the summary, its warnings
/// to the person, its damage into the outcome.
void add_input(const Evidence& evidence, RunSummary& summary, ScanMediator& mediator,
               RunOutcome& outcome);

}  // namespace pidometer
