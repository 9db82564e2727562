#pragma once

#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"

namespace pidometer {

/// `pidometer merge`: several timelines into one. Says of each input what was left out of it and
/// what a person has to know of the rest.
ExitStatus run_merge(const Options& options, Diagnostics& diagnostics);

}  // namespace pidometer
