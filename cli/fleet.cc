#include "cli/fleet.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "cli/file_hash.h"
#include "cli/fleet_plan.h"
#include "cli/fleet_timeline.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "cli/output_names.h"
#include "cli/real_path.h"
#include "cli/run_record.h"
#include "cli/scan_evidence.h"
#include "cli/small_file.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_resume.h"
#include "fleet/same_media.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// Images of an earlier list that are named.
constexpr std::size_t kNamedImages = 5;

int usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

void describe_run(const Options& options, FleetStatus& status) {
  const RunRecord run = start_run(options);
  status.tool_version = PIDOMETER_VERSION;
  status.tool_sha256 = file_sha256("/proc/self/exe");
  if (!options.case_file.empty()) status.case_sha256 = file_sha256(options.case_file);
  status.command_line = run.command_line;
  status.working_directory = run.working_directory;
  status.user = run.user;
  status.host = run.host;
  status.pid = getpid();
  status.jobs = options.jobs > 0 ? options.jobs : usable_cores();
  status.started = run.started;
}

/// A fleet writes, replaces and removes files in its folder, by names that an input may have.
Result<void> check_no_input_inside(const Options& options, const FleetPlan& plan) {
  namespace fs = std::filesystem;
  const std::string& directory = options.directory;
  const std::array<fs::path, 2> written = {real_path(directory),
                                           real_path(fs::path(directory) / "images")};
  std::vector<fs::path> inputs;
  for (const InputGroup& group : plan.groups)
    inputs.insert(inputs.end(), group.segments.begin(), group.segments.end());
  for (const FleetEntry& entry : plan.status.images)
    inputs.insert(inputs.end(), entry.image.segments.begin(), entry.image.segments.end());
  for (const fs::path& input : inputs)
    // Where a link leads and where it lies.
    for (const fs::path& folder :
         {real_path(input).parent_path(), real_path(fs::absolute(input).parent_path())})
      if (std::ranges::find(written, folder) != written.end())
        return fail(ErrorKind::usage,
                    "will not write to " + directory + ", which holds the input " + input.string(),
                    "files of a fleet are replaced and removed there",
                    "give a folder of its own, new or with the results of an earlier fleet");
  // Lists may lie in the folder itself, under names that are none of a fleet.
  for (const std::string& list : {options.known, options.case_file}) {
    if (list.empty()) continue;
    const fs::path real = real_path(list);
    if (real.parent_path() == written[1] || real == written[0] / "status.json" ||
        real == written[0] / "timeline.jsonl")
      return fail(ErrorKind::usage, "will not write to " + directory + ", which holds " + list,
                  "it has the name of a file that a fleet writes and removes there",
                  "move that list elsewhere, or give another folder");
  }
  return {};
}

/// Of the earlier run of the folder; nothing where there was none.
Result<std::optional<FleetStatus>> earlier_status(const FleetFolder& folder, const FleetStatus& now,
                                                  const Options& options) {
  std::error_code ignored;
  const std::string name = folder.status_file();
  if (options.force) return std::nullopt;
  if (!std::filesystem::exists(name, ignored)) {
    const std::string result = folder.find_result(now.images);
    if (result.empty()) return std::nullopt;
    return fail(ErrorKind::usage, options.directory + " has results, and no fleet's status of them",
                result + " is there", "add --force to overwrite it, or give another folder");
  }
  if (!options.resume)
    return fail(ErrorKind::usage, options.directory + " has the results of an earlier fleet",
                name + " is there",
                "add --resume to go on with it, --force to begin anew, or give another folder");
  // Some KB for each of the most images that a --case list may have.
  constexpr std::size_t kMostStatusMb = 1024;
  const Result<std::string> bytes =
      read_small_file(name, "--resume", "add --force to begin anew", kMostStatusMb);
  if (!bytes) return tl::unexpected(bytes.error());
  Result<FleetStatus> status = read_fleet_status(*bytes, name);
  if (!status) return tl::unexpected(status.error());
  return std::optional(std::move(*status));
}

/// What was written of images of other lists stays, and is no part of the timeline.
void say_what_is_left(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics) {
  const std::vector<std::string> others = folder.other_images(now.images);
  if (others.empty()) return;
  std::string words;
  for (std::size_t i = 0; i < std::min(others.size(), kNamedImages); ++i)
    words += (i == 0 ? "" : ", ") + others[i];
  diagnostics.note(fmt::format(
      "note: {} of an earlier fleet {} not in this one; what was written of them stays, and is in "
      "no timeline: {}{}",
      counted_words(others.size(), "image"), others.size() == 1 ? "is" : "are", words,
      others.size() > kNamedImages ? ", ..." : ""));
}

/// Their findings have the same ids, and are told twice in the timeline.
void say_copies(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics) {
  for (const std::vector<std::string>& names : same_media(folder, now)) {
    std::string words;
    for (std::size_t i = 0; i < std::min(names.size(), kNamedImages); ++i)
      words += (i == 0 ? "" : ", ") + names[i];
    diagnostics.note(
        fmt::format("note: {}{} are copies of one medium by its MD5: their findings stand in the "
                    "timeline once of each, with the same ids",
                    words, names.size() > kNamedImages ? ", ..." : ""));
  }
}

Result<void> write_status(const FleetFolder& folder, const FleetStatus& status) {
  Result<OutputFile> file = OutputFile::create(folder.status_file(), true);
  if (!file) return tl::unexpected(file.error());
  Result<void> written = file->write(write_fleet_status(status));
  return written ? file->commit() : written;
}

void say_end(const FleetEntry& entry, Diagnostics& diagnostics) {
  const std::string help = entry.earlier ? "what an earlier run wrote of it stays, is in no "
                                           "timeline, and does not hold: " +
                                               entry.earlier->why
                                         : std::string();
  if (entry.state == ImageState::failed)
    diagnostics.error(Error{ErrorKind::unreadable, entry.name + " failed", entry.message, help});
  else if (entry.state == ImageState::unreachable)
    diagnostics.warning(entry.name + " is kept unverified: " + entry.message);
  else if (entry.state == ImageState::partial)
    diagnostics.warning(entry.name + " is partial: " + entry.message);
}

RunOutcome outcome_of(const FleetStatus& status) {
  RunOutcome outcome;
  const auto count = [&](ImageState state) {
    return static_cast<int>(count_images(status, state));
  };
  const int total = static_cast<int>(status.images.size());
  outcome.inputs_failed = count(ImageState::failed);
  outcome.inputs_opened = total - count(ImageState::failed);
  outcome.damaged = count(ImageState::partial) + count(ImageState::unreachable) > 0;
  outcome.cron_logs = static_cast<int>(
      std::count_if(status.images.begin(), status.images.end(), [](const FleetEntry& entry) {
        const int ended = entry.exit_status.value_or(exit_nothing);
        return ended == exit_complete || ended == exit_partial;
      }));
  outcome.interrupted = interrupted();
  return outcome;
}

std::string state_words(ExitStatus status) {
  switch (status) {
    case exit_complete:
    case exit_no_log:
      return "complete";
    case exit_partial:
      return "partial";
    case exit_interrupted:
      return "interrupted";
    case exit_nothing:
    case exit_usage:
      break;
  }
  return "failed";
}

std::string closing_line(const FleetStatus& status, std::size_t kept, double seconds) {
  const auto without_log =
      static_cast<std::size_t>(std::ranges::count_if(status.images, [](const FleetEntry& entry) {
        return entry.state == ImageState::complete && entry.exit_status == exit_no_log;
      }));
  const std::size_t unreachable = count_images(status, ImageState::unreachable);
  return fmt::format(
      "{}: {} complete ({} of them kept{}), {} partial, {} failed{} in {:.1f} s",
      counted_words(status.images.size(), "image"),
      with_thousands(count_images(status, ImageState::complete)), with_thousands(kept),
      without_log == 0 ? std::string()
                       : fmt::format(", {} without a cron log", with_thousands(without_log)),
      with_thousands(count_images(status, ImageState::partial)),
      with_thousands(count_images(status, ImageState::failed)),
      unreachable == 0 ? std::string()
                       : fmt::format(", {} unreachable (results of an earlier run)",
                                     with_thousands(unreachable)),
      seconds);
}

ExitStatus refuse(const Error& error, Diagnostics& diagnostics) {
  diagnostics.error(error);
  return error.kind == ErrorKind::usage ? exit_usage : exit_nothing;
}

}  // namespace

ExitStatus run_fleet(const Options& options, Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  // What the options mean is the same of all images: better refused once than by each.
  if (const Result<ScanPlan> meaning = make_plan(options); !meaning)
    return refuse(meaning.error(), diagnostics);
  Result<FleetPlan> plan = plan_fleet(options);
  if (interrupted()) {
    // What was not looked at any more is missing in the plan: nothing may be removed by it.
    diagnostics.note("interrupted; no image was scanned");
    return exit_interrupted;
  }
  if (!plan) return refuse(plan.error(), diagnostics);
  if (Result<void> safe = check_output_names(options, plan->groups); !safe)
    return refuse(safe.error(), diagnostics);
  if (Result<void> safe = check_no_input_inside(options, *plan); !safe)
    return refuse(safe.error(), diagnostics);
  const Result<FleetFolder> folder = FleetFolder::open(options.directory);
  if (!folder) return refuse(folder.error(), diagnostics);
  FleetStatus& status = plan->status;
  describe_run(options, status);
  const Result<std::optional<FleetStatus>> earlier = earlier_status(*folder, status, options);
  if (!earlier) return refuse(earlier.error(), diagnostics);
  for (const std::string& note : plan->notes) diagnostics.note(note);
  folder->remove_unfinished(status.images);
  if (*earlier) {
    resume_fleet(**earlier, status, options.reports, *folder, file_sha256);
    if (const std::string words = kept_words(**earlier, status); !words.empty())
      diagnostics.note("note: " + words);
    for (const FleetEntry& entry : status.images)
      if (entry.state == ImageState::unreachable) say_end(entry, diagnostics);
  }
  const std::size_t kept = count_images(status, ImageState::complete);
  say_what_is_left(*folder, status, diagnostics);
  folder->remove_timeline();
  if (options.force)
    for (const FleetEntry& entry : status.images) folder->remove_outputs(entry.name);

  FleetTools tools;
  tools.publish = [&](const FleetStatus& now) { return write_status(*folder, now); };
  tools.sha256 = file_sha256;
  tools.now = time_now;
  tools.interrupted = interrupted;
  tools.progress = [&](std::string_view words) { diagnostics.progress(words); };
  tools.ended = [&](const FleetEntry& entry) { say_end(entry, diagnostics); };
  FleetRun run(status, plan->work, *folder, options.reports, tools);
  Result<void> done = run.run();
  folder->remove_unfinished(status.images);
  if (done && !interrupted()) done = write_fleet_timeline(*folder, status, diagnostics);
  RunOutcome outcome = outcome_of(status);
  if (!done && !outcome.interrupted) {
    diagnostics.error(done.error());
    status.errors.push_back(done.error());
    outcome.output_failed = true;
  }
  const ExitStatus exit = exit_status(outcome, options.partial_ok);
  status.state = state_words(exit_status(outcome, false));
  status.exit_status = exit;
  status.updated = time_now();
  status.ended = status.updated;
  if (const Result<void> written = write_status(*folder, status); !written) {
    diagnostics.error(written.error());
    return outcome.interrupted ? exit_interrupted : exit_nothing;
  }
  if (!outcome.interrupted) say_copies(*folder, status, diagnostics);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  diagnostics.note(outcome.interrupted
                       ? "interrupted; what is complete is kept, and --resume goes on with the rest"
                       : closing_line(status, kept, took.count()));
  return exit;
}

}  // namespace pidometer
