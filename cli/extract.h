#pragma once

#include "cli/diagnostics.h"
#include "cli/exit_status.h"
#include "cli/options.h"

namespace pidometer {

/// `pidometer extract`: copies the cron logs (with --all-logs the other logs that carry PIDs too)
/// byte for byte to DIR/VOLUME/PATH with their modification times, compressed ones also unpacked as
/// NAME.text, and writes SHA256SUMS.
ExitStatus run_extract(const Options& options, Diagnostics& diagnostics);

}  // namespace pidometer
