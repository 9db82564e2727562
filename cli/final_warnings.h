#pragma once

#include "cli/scan_evidence.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Warns of what is known only when all inputs were read: logs of the same bytes that were given in
/// two places (their findings have the same finding_id), and known work of a host of which no log
/// was read, or whose times may be meant in another zone. They change no exit status.
void add_final_warnings(const ScanPlan& plan, const RunSummary& summary, ScanMediator& mediator);

}  // namespace pidometer
