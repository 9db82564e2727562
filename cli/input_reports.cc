#include "cli/input_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/journal_entry.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/real_path.h"
#include "cli/run_record.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/summary_words.h"
#include "plugin/timeline/summary_writer.h"

namespace pidometer {

std::string_view input_kind_name(InputKind kind) {
  switch (kind) {
    case InputKind::automatic:
      return "automatic";
    case InputKind::image:
      return "image";
    case InputKind::log:
      return "log";
    case InputKind::folder:
      return "folder";
    case InputKind::root:
      return "root";
    case InputKind::archive:
      return "archive";
  }
  return "automatic";
}

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
  if (!options.report.empty()) add("report", options.report);
  if (!options.output.empty()) add("output", options.output);
  if (!options.timezone.empty()) add("timezone", options.timezone);
  if (options.year) add("year", std::int64_t{*options.year});
  if (options.pid_max) add("pid_max", std::int64_t{*options.pid_max});
  if (!options.since.empty()) add("since", options.since);
  if (!options.until.empty()) add("until", options.until);
  if (!options.known.empty()) add("known", options.known);
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

Result<std::optional<OutputFile>> create_summary_file(const Options& options) {
  if (options.summary.empty()) return std::nullopt;
  Result<OutputFile> file = OutputFile::create(options.summary, options.force);
  if (!file) return tl::unexpected(file.error());
  return std::optional<OutputFile>(std::move(*file));
}

Result<void> finish_summary_file(std::optional<OutputFile>& file, RunRecord run,
                                 RunSummary& summary) {
  if (!file) return {};
  run.ended = time_now();
  summary.run = std::move(run);
  Result<void> written = file->write(write_summary(summary));
  return written ? file->commit() : written;
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

void say_which_copy(const std::string& input, const std::string& volume, const std::string& folder,
                    const LogPlace& place, Diagnostics& diagnostics) {
  if (place.copy == LogCopy::hidden || place.copy == LogCopy::snapshot)
    diagnostics.note(fmt::format("note: {}: {} of {} is an older copy of the host's logs ({}); {}",
                                 input, folder, volume, log_copy_name(place.copy), place.words));
  else if (place.copy == LogCopy::unknown && !place.words.empty())
    diagnostics.note(fmt::format("note: {}: whether the host wrote to {} of {} is not known; {}",
                                 input, folder, volume, place.words));
}

bool is_compressed(const FileEntry& entry) {
  const std::string& outermost = entry.path_spec.front().type_indicator;
  return outermost == "GZIP" || outermost == "COMPRESSED_STREAM" || has_journal_name(entry.path);
}

std::uint64_t sound_bytes(std::uint64_t size, const std::vector<DamagedRange>& damage) {
  std::uint64_t sound = size;
  for (const DamagedRange& damaged : damage)
    sound -= std::min(damaged.range.end, size) - std::min(damaged.range.begin, size);
  return sound;
}

std::string lost_log_words(const std::string& volume, const FileEntry& entry,
                           const std::vector<DamagedRange>& damage) {
  const bool all = sound_bytes(entry.size, damage) == 0 && !is_compressed(entry);
  return fmt::format(
      "the log {}{}{} was found, and {} ({})", volume, volume.empty() ? "" : ":", entry.path,
      all ? fmt::format("all of its {} bytes are damaged", with_thousands(entry.size))
          : fmt::format("no line of its {} bytes can be trusted", with_thousands(entry.size)),
      damage.front().reason);
}

std::vector<std::string> lost_logs(const RunSummary& summary) {
  std::vector<std::string> lost;
  for (const SummaryLog& log : summary.logs)
    if (log.report.records == 0 && log.report.other_lines == 0 && !log.report.damage.empty() &&
        !log.report.entry.recovery)
      lost.push_back(lost_log_words(log.volume, log.report.entry, log.report.damage));
  return lost;
}

void say_what_is_missing(const RunSummary& summary, const RunOutcome& outcome,
                         const std::vector<std::string>& lost, Diagnostics& diagnostics) {
  if (outcome.interrupted || outcome.inputs_opened == 0) return;
  if (outcome.cron_logs == 0) {
    std::string looked = "nothing that a cron daemon wrote is in them";
    if (!lost.empty()) {
      std::string words;
      for (const std::string& one : lost) words += (words.empty() ? "" : "; ") + one;
      diagnostics.error(Error{ErrorKind::unreadable, "no line of a cron log can be read", words,
                              "another copy of the image or of the log may hold them"});
    } else if (!summary.volumes.empty()) {
      looked = "looked into /var/log, /log and /var/cron of";
      for (const SummaryVolume& volume : summary.volumes)
        looked += fmt::format(" {} ({})", volume.name,
                              !volume.unsupported.empty()  ? "not read"
                              : volume.file_system.empty() ? "no file system"
                                                           : volume.file_system);
    }
    if (lost.empty())
      diagnostics.error(Error{ErrorKind::not_found, "no cron log was found", looked,
                              "where the logs lie elsewhere, copy them out and give the folder"});
  }
  for (const SummaryInput& input : summary.inputs)
    if (input.isolation != kFullIsolation) {
      diagnostics.note("note: the evidence was read with " + input.isolation +
                       " around the reader, not with " + std::string(kFullIsolation) +
                       ": this system gives no more");
      break;
    }
  for (const SummarySeries& series : summary.series)
    say_which_copy(series.input, series.volume, series.folder, series.place, diagnostics);
  const bool assumed =
      std::any_of(summary.logs.begin(), summary.logs.end(), [](const SummaryLog& log) {
        return log.report.records > 0 &&
               log.report.time_basis.certainty.find("zone_assumed_utc") != std::string::npos;
      });
  if (assumed)
    diagnostics.note(
        "note: the zone of the logs is not known and UTC was assumed; name it with --timezone");
}

Result<void> check_output_names(const Options& options, std::span<const InputGroup> groups) {
  namespace fs = std::filesystem;
  for (const auto& [name, flag] :
       {std::pair(&options.summary, "--summary"), std::pair(&options.report, "--report"),
        std::pair(&options.left_out, "--left-out")})
    if (*name == "-")
      return fail(ErrorKind::usage,
                  std::string("will not write to standard output what ") + flag + " asks for",
                  "rows are written there", std::string("give ") + flag + " the name of a file");
  std::vector<std::string> names;
  for (const std::string& name :
       {options.output, options.summary, options.report, options.left_out})
    if (!name.empty() && name != "-") names.push_back(name);
  // The inputs as given too, not only those that turned out to be evidence: what cannot be read
  // today may be read tomorrow. Siblings that a group found by itself are in no argument.
  std::vector<fs::path> inputs(options.inputs.begin(), options.inputs.end());
  inputs.insert(inputs.end(), options.roots.begin(), options.roots.end());
  for (const InputGroup& group : groups)
    inputs.insert(inputs.end(), group.segments.begin(), group.segments.end());
  std::vector<std::string> targets = names;
  if (!options.directory.empty()) targets.push_back(options.directory);
  std::error_code ignored;
  for (const std::string& name : targets) {
    const fs::path target = real_path(name);
    for (const fs::path& input : inputs) {
      const fs::path evidence = real_path(input);
      const bool inside =
          !evidence.empty() &&
          std::mismatch(evidence.begin(), evidence.end(), target.begin(), target.end()).first ==
              evidence.end();
      if (inside || fs::equivalent(name, input, ignored))
        return fail(ErrorKind::usage, "will not write to " + name,
                    evidence == target ? "it is one of the inputs"
                                       : "it lies in the input " + input.string(),
                    "evidence is never written; give another name");
    }
  }
  for (const auto& [list, flag] :
       {std::pair(&options.known, "--known"), std::pair(&options.case_file, "--case")})
    for (const std::string& name : names)
      if (!list->empty() &&
          (real_path(name) == real_path(*list) || fs::equivalent(name, *list, ignored)))
        return fail(ErrorKind::usage, "will not write to " + name,
                    std::string("it is the list of ") + flag, "give another name");
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (real_path(names[i]) == real_path(names[k]) && !fs::is_character_file(names[i], ignored))
        return fail(ErrorKind::usage, "two outputs cannot both go to " + names[i], {},
                    "give one of them another name");
  return {};
}

bool use_color(ColorMode mode, bool to_terminal) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return to_terminal && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace pidometer
