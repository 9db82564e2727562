#pragma once

#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"

namespace pidometer {

/// `pidometer scan -d DIR`: every image in a process of its own, several at once, each with its own
/// files below DIR; one timeline of all; a status file by which another run goes on
/// (docs/fleets.md).
ExitStatus run_fleet(const Options& options, Diagnostics& diagnostics);

}  // namespace pidometer
