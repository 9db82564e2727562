#pragma once

#include <optional>

#include "base/result.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/scan_mediator.h"
#include "plugin/timeline/run_summary.h"
#include "plugin/timeline/terminal_summary.h"
#include "report/report.h"

namespace pidometer {

/// Where what was found goes.
struct Outputs {
  std::optional<OutputFile> product;  ///< what the command is for; `report` has none but its report
  std::optional<OutputFile> summary;
  std::optional<OutputFile> report;
};

/// They are opened before the work: a name that cannot be written is better known now than after an
/// hour.
Result<Outputs> create_outputs(const Options& options);

/// Writes what the command is for: rows, births, the schedule.
Result<void> write_product(const Options& options, Outputs& outputs, ScanMediator& mediator,
                           const RunSummary& summary);

/// Instead of it: what a scan says to a person.
Result<void> write_terminal_summary(Outputs& outputs, const TerminalSummary& on_screen,
                                    const RunSummary& summary, const TerminalLook& look);

Result<void> write_report(Outputs& outputs, Report& report, const RunSummary& summary);

}  // namespace pidometer
