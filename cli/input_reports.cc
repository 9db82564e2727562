#include "cli/input_reports.h"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "cli/flags.h"
#include "cli/interrupt.h"
#include "plugin/timeline/names.h"

namespace pidometer {

RunSummary start_summary(const Options& options) {
  RunSummary summary;
  summary.tool_version = PIDOMETER_VERSION;
  summary.libraries = library_versions();
  if (options.command != Command::extract) {
    summary.case_id = options.case_id;
    summary.evidence_id = options.evidence_id;
    summary.hostname = options.hostname;
  }
  const auto add = [&summary](const char* name, auto value) {
    summary.options.push_back(SummaryOption{name, std::move(value)});
  };
  add("command", std::string(command_name(options.command)));
  add("inputs", options.inputs);
  if (!options.roots.empty()) add("root", options.roots);
  add("as", std::string(input_kind_name(options.as)));
  add("partial_ok", options.partial_ok);
  add("step_limit", std::int64_t{options.step_limit});
  add("recover", options.recover);
  if (options.command == Command::extract) {
    add("directory", options.directory);
    if (!options.examiner.empty()) add("examiner", options.examiner);
    if (!options.case_id.empty()) add("case", options.case_id);
    if (!options.evidence_id.empty()) add("evidence", options.evidence_id);
    add("all_logs", options.all_logs);
    return summary;
  }
  if (options.command == Command::scan)
    add("format", std::string(options.terminal_summary ? "summary" : options.format->name));
  if (!options.case_id.empty()) add("case_id", options.case_id);
  if (!options.evidence_id.empty()) add("evidence", options.evidence_id);
  if (!options.hostname.empty()) add("host", options.hostname);
  if (!options.summary.empty()) add("summary", options.summary);
  if (options.force) add("force", options.force);
  if (options.quiet) add("quiet", options.quiet);
  if (!options.report.empty()) add("report", options.report);
  if (!options.output.empty()) add("output", options.output);
  if (!options.timezone.empty()) add("timezone", options.timezone);
  if (options.year) add("year", std::int64_t{*options.year});
  if (options.pid_max) add("pid_max", std::int64_t{*options.pid_max});
  if (!options.since.empty()) add("since", options.since);
  if (!options.until.empty()) add("until", options.until);
  if (!options.known.empty()) add("known", options.known);
  if (options.known_others) add("known_others", options.known_others);
  if (options.hash) add("hash", options.hash);
  add("records", options.records);
  if (options.witnesses) add("witnesses", *options.witnesses);
  add("min_level", std::string(level_name(options.min_level)));
  return summary;
}

ReaderOptions reader_options(const Options& options) {
  return ReaderOptions{std::chrono::seconds(options.step_limit), interrupted};
}

GroupedInputs group_given(const Options& options) {
  GroupedInputs inputs = group_inputs(options.inputs, options.as, reader_options(options));
  GroupedInputs roots = group_inputs(options.roots, InputKind::root, reader_options(options));
  std::move(roots.groups.begin(), roots.groups.end(), std::back_inserter(inputs.groups));
  std::move(roots.errors.begin(), roots.errors.end(), std::back_inserter(inputs.errors));
  return inputs;
}

void add_input(const Evidence& evidence, RunSummary& summary, ScanMediator& mediator,
               RunOutcome& outcome) {
  InputReport report = evidence.report();
  mediator.end_series();
  for (const Warning& warning : report.warnings) mediator.produce_warning(warning);
  outcome.damaged = outcome.damaged || !report.damage.empty();
  for (VolumeReport& volume : evidence.volumes())
    summary.volumes.push_back(SummaryVolume{report.name, std::move(volume.name), volume.start,
                                            volume.size, std::move(volume.description),
                                            std::move(volume.file_system), std::move(volume.reader),
                                            std::move(volume.unsupported)});
  summary.inputs.push_back(SummaryInput{
      std::move(report.name), std::move(report.kind), std::move(report.segments), report.size,
      std::move(report.stored_md5), std::move(report.stored_sha1), std::move(report.damage),
      std::move(report.warnings), std::move(report.isolation)});
}

}  // namespace pidometer
