#include "cli/scan.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/final_warnings.h"
#include "cli/input_reports.h"
#include "cli/interrupt.h"
#include "cli/missing_words.h"
#include "cli/output_names.h"
#include "cli/run_record.h"
#include "cli/scan_evidence.h"
#include "cli/scan_inputs.h"
#include "cli/scan_mediator.h"
#include "cli/scan_outputs.h"
#include "cli/summary_file.h"
#include "cli/terminal.h"
#include "cli/time_argument.h"
#include "plugin/timeline/summary_words.h"
#include "report/report.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

namespace {

/// `judged`: findings were looked for.
std::string closing_line(const RunSummary& summary, const ScanMediator& mediator,
                         std::uint64_t warnings, bool judged, double seconds) {
  // The rows of findings and of activities: whoever counts lines finds both.
  std::string found = judged ? ", " + counted_words(mediator.findings(), "finding") : std::string();
  if (judged && summary.activities > 0)
    found += fmt::format(", {} activit{} of several", summary.activities,
                         summary.activities == 1 ? "y" : "ies");
  return fmt::format(
      "{}, {}, {}, {}{} in {:.1f} s", counted_words(summary.volumes.size(), "volume"),
      counted_words(summary.logs.size(), "log"), counted_words(mediator.records(), "record"),
      counted_words(warnings, "warning"), found, seconds);
}

/// What an interrupt left: the files that have their names are whole. `begun`: what goes to
/// standard output, a device or a pipe may have been begun there.
std::string interrupted_line(const std::vector<std::string>& whole, bool begun) {
  if (whole.empty())
    return begun ? "interrupted; nothing was written whole" : "interrupted; nothing was written";
  std::string words;
  for (const std::string& name : whole) words += (words.empty() ? "" : ", ") + name;
  return "interrupted; written and whole: " + words + "; nothing else";
}

}  // namespace

ExitStatus run_scan(const Options& options, Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  RunRecord run = start_run(options);
  const Result<ScanPlan> plan = make_plan(options);
  if (!plan) {
    diagnostics.error(plan.error());
    return exit_usage;
  }
  run.known_sha256 = plan->known_sha256;
  GroupedInputs inputs = group_given(options);
  if (Result<void> safe = check_output_names(options, inputs.groups); !safe) {
    diagnostics.error(safe.error());
    return exit_usage;
  }
  Result<Outputs> outputs = create_outputs(options);
  if (!outputs) {
    diagnostics.error(outputs.error());
    return outputs.error().kind == ErrorKind::usage ? exit_usage : exit_nothing;
  }
  RunOutcome outcome;
  RunSummary summary = start_summary(options);
  ScanMediator mediator(plan->selection, summary, diagnostics);
  Report report;
  if (outputs->report) mediator.fill(report);
  TerminalSummary on_screen;
  if (options.terminal_summary) mediator.fill(on_screen);
  const auto failed = [&](const Error& error) {
    ++outcome.inputs_failed;
    diagnostics.error(error);
    summary.errors.push_back(error);
  };
  for (const Error& error : inputs.errors) failed(error);
  for (const std::string& note : inputs.notes) diagnostics.note(note);

  scan_inputs(inputs.groups, *plan, options,
              {reader_options(options), mediator, summary, outcome, diagnostics, failed});
  if (Result<void> safe = check_opened_files(options, summary); !safe) {
    diagnostics.error(safe.error());
    return exit_usage;
  }
  if (!interrupted()) add_final_warnings(*plan, summary, mediator);
  judge_logs(summary, mediator, outcome);
  std::vector<std::string> whole;
  const auto add_whole = [&whole](const std::string& name) {
    whole.push_back(name.empty() || name == "-" ? "standard output" : name);
  };
  if (!options.explain.empty() && outcome.cron_logs > 0 &&
      mediator.findings() + summary.activities == 0) {
    diagnostics.error(Error{ErrorKind::usage,
                            "no finding has the id " + options.explain,
                            {},
                            "give the inputs, the zone and the year as to the scan that wrote it"});
    outcome.finding_unknown = true;
  }
  // Rows of nothing would read as "nothing found", in the place of earlier ones perhaps.
  const bool is_read = exit_status(outcome, options.partial_ok) != exit_nothing;
  if (!interrupted() && !is_read)
    for (const std::string& name : {options.output, options.report})
      if (!name.empty() && name != "-")
        diagnostics.note("note: there is nothing to write: " + name + " is left as it was");
  bool begun = false;
  if (!interrupted() && (is_read || mediator.failure())) {
    begun = true;
    diagnostics.clear_progress();
    Result<void> written;
    if (mediator.failure()) written = tl::unexpected(*mediator.failure());
    if (written)
      written = options.terminal_summary
                    ? write_terminal_summary(*outputs, on_screen, summary,
                                             terminal_look(plan->selection.color, stdout))
                    : write_product(options, *outputs, mediator, summary);
    if (!written && !interrupted()) failed(written.error());
    outcome.output_failed = !written;
    if (written && outputs->product) add_whole(options.output);
  }
  outcome.interrupted = interrupted();
  say_what_is_missing(summary, outcome, lost_logs(summary), diagnostics);
  if (!outcome.interrupted && plan->plugin.question == Question::findings &&
      !options.terminal_summary)
    say_what_was_not_judged(summary, diagnostics);
  diagnostics.finish_warnings(options.command != Command::explain);
  summary.exit_status = exit_status(outcome, options.partial_ok);
  // The report has the status as it is now; that it could not be written is for the summary.
  if (!outcome.interrupted && is_read && !outcome.output_failed && outputs->report) {
    if (Result<void> written = write_report(*outputs, report, summary); written) {
      add_whole(options.command == Command::report ? options.output : options.report);
    } else {
      outcome.interrupted = interrupted();
      if (!outcome.interrupted) failed(written.error());
      outcome.output_failed = true;
      summary.exit_status = exit_status(outcome, options.partial_ok);
    }
  }
  if (!outcome.interrupted)
    if (Result<void> written = finish_summary_file(outputs->summary, run, summary); !written) {
      diagnostics.error(written.error());
      outcome.output_failed = true;
    }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  diagnostics.note(outcome.interrupted
                       ? interrupted_line(whole, begun)
                       : closing_line(summary, mediator, diagnostics.warnings(),
                                      plan->plugin.question == Question::findings, took.count()));
  return exit_status(outcome, options.partial_ok);
}

}  // namespace pidometer
