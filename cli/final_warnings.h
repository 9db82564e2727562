#pragma once

#include "cli/scan_mediator.h"
#include "plugin/plugin.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Warns of what is known only when all inputs were read: logs of the same bytes that were given in
/// two places (their findings have the same finding_id), and known work of a host of which no log
/// was read. They change no exit status.
void add_final_warnings(const KnownWindows& known, const RunSummary& summary,
                        ScanMediator& mediator);

}  // namespace pidometer
