#pragma once

#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"

namespace pidometer {

/// `pidometer scan`: opens every input, hands each host series to the plugin, writes rows and
/// summary. Errors go to `diagnostics`; the other inputs go on.
ExitStatus run_scan(const Options& options, Diagnostics& diagnostics);

}  // namespace pidometer
