#include "cli/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/custody.h"
#include "cli/extraction.h"
#include "cli/input_reports.h"
#include "cli/interrupt.h"
#include "cli/missing_words.h"
#include "cli/output_names.h"
#include "cli/run_record.h"
#include "cli/scan_mediator.h"
#include "cli/summary_file.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// What the run came to.
void finish_custody(CustodyRecord& custody, Extraction& extraction, const RunOutcome& outcome,
                    const RunSummary& summary) {
  custody.files = extraction.take_custody();
  custody.missing = extraction.lost();
  custody.earlier_files = extraction.of_earlier_record();
  for (const SummaryVolume& volume : summary.volumes)
    if (!volume.unsupported.empty())
      custody.missing.push_back(fmt::format("the volume {} of {} was not read: {}", volume.name,
                                            volume.input, volume.unsupported));
  custody.missing.insert(custody.missing.end(), extraction.unreached().begin(),
                         extraction.unreached().end());
  if (outcome.interrupted)
    custody.missing.emplace_back("SHA256SUMS was not written: the extraction was interrupted");
  // Whatever --partial-ok makes of it.
  custody.exit_status = summary.exit_status;
  custody.complete = exit_status(outcome, false) == exit_complete;
}

/// Files of an earlier extraction that stay: this one did not write them anew.
void note_earlier_files(const std::vector<std::string>& files, Diagnostics& diagnostics) {
  constexpr std::size_t kMostNamed = 20;  // as many lines as leave the last ones on a screen
  for (std::size_t i = 0; i < std::min(files.size(), kMostNamed); ++i)
    diagnostics.note("note: " + files[i] +
                     " is of an earlier extraction: it is left there, and in no sum of this one");
  if (files.size() > kMostNamed)
    diagnostics.note(fmt::format("note: {} more such files: earlier_files of CUSTODY.json",
                                 files.size() - kMostNamed));
}

std::string closing_line(const Extraction& extraction, bool cut_off, const std::string& directory) {
  if (cut_off && extraction.files() == 0) return "interrupted; nothing was extracted";
  const std::string words =
      fmt::format("{}, {} bytes extracted to {}", counted_words(extraction.files(), "file"),
                  with_thousands(extraction.bytes()), directory);
  return cut_off ? "interrupted; " + words + "; what has its name there is whole, and it is not all"
                 : words;
}

}  // namespace

ExitStatus run_extract(const Options& options, Diagnostics& diagnostics) {
  GroupedInputs inputs = group_given(options);
  Result<void> safe = check_output_names(options, inputs.groups);
  if (safe) safe = check_custody_names(options);
  if (!safe) {
    diagnostics.error(safe.error());
    return exit_usage;
  }
  const RunRecord run = start_run(options);
  CustodyRecord custody = start_custody(options, run);
  RunOutcome outcome;
  RunSummary summary = start_summary(options);
  Result<std::optional<OutputFile>> summary_file = create_summary_file(options);
  if (!summary_file) {
    diagnostics.error(summary_file.error());
    return summary_file.error().kind == ErrorKind::usage ? exit_usage : exit_nothing;
  }
  const RowSelection selection;
  ScanMediator mediator(selection, summary, diagnostics);
  const auto failed = [&](const Error& error) {
    diagnostics.error(error);
    summary.errors.push_back(error);
  };
  for (const std::string& note : inputs.notes) diagnostics.note(note);
  for (const Error& error : inputs.errors) {
    ++outcome.inputs_failed;
    failed(error);
  }
  Extraction extraction(options, summary, mediator, outcome, diagnostics);
  for (const InputGroup& group : inputs.groups) {
    if (interrupted()) {
      extraction.cut_off(group.name, "it was not read");
      continue;
    }
    const Result<std::unique_ptr<Evidence>> evidence =
        open_evidence(group, inputs.groups, reader_options(options));
    if (!evidence && interrupted()) {
      extraction.cut_off(group.name, "it was not read");
      continue;
    }
    if (!evidence) {
      // Of an input that opens they are in its report.
      for (const Warning& warning : group.warnings) mediator.produce_warning(warning);
      ++outcome.inputs_failed;
      failed(evidence.error());
      continue;
    }
    const std::string kind = (*evidence)->report().kind;
    if (kind == "log" || kind == "folder") {
      failed(Error{ErrorKind::usage, group.name + " is no disk image",
                   "extract copies logs out of images, archives and root folders",
                   "read a loose log with 'pidometer scan'"});
      if (inputs.groups.size() == 1) return exit_usage;
      ++outcome.inputs_failed;
      continue;
    }
    ++outcome.inputs_opened;
    if (inputs.groups.size() > 1) extraction.begin_image(group.name);
    extraction.extract_all(**evidence, group.name);
    add_input(**evidence, summary, mediator, outcome);
  }
  const Result<void> safe_summary = check_opened_files(options, summary);
  outcome.damaged = outcome.damaged || mediator.evidence_lost();
  outcome.states_unread = mediator.states_unread();
  outcome.interrupted = interrupted();
  if (extraction.files() > 0 && !outcome.interrupted) {
    const Result<std::string> sums = extraction.write_sums();
    if (sums) {
      custody.sums_sha256 = *sums;
    } else {
      outcome.output_failed = true;
      failed(sums.error());
    }
  }
  say_what_is_missing(summary, outcome, extraction.lost(), diagnostics);
  diagnostics.finish_warnings();
  summary.exit_status = exit_status(outcome, options.partial_ok);
  if (extraction.files() > 0) {
    finish_custody(custody, extraction, outcome, summary);
    const Result<std::string> sealed = write_custody(custody, options, summary);
    if (sealed) {
      diagnostics.note("SHA-256 of CUSTODY.json: " + *sealed);
    } else {
      outcome.output_failed = true;
      failed(sealed.error());
      summary.exit_status = exit_status(outcome, options.partial_ok);
    }
  }
  Result<void> written = safe_summary;
  if (written) written = finish_summary_file(*summary_file, run, summary);
  if (!written) {
    diagnostics.error(written.error());
    outcome.output_failed = true;
  }
  note_earlier_files(extraction.of_earlier_record(), diagnostics);
  for (const std::string& missing : extraction.unreached()) diagnostics.note("missing: " + missing);
  diagnostics.note(closing_line(extraction, outcome.interrupted, options.directory));
  return exit_status(outcome, options.partial_ok);
}

}  // namespace pidometer
