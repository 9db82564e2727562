#include "cli/fleet.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/file_hash.h"
#include "cli/fleet_messages.h"
#include "cli/fleet_plan.h"
#include "cli/fleet_status_file.h"
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
#include "fleet/heartbeat.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

int usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

FleetStatus describe_run(const Options& options) {
  const RunRecord run = start_run(options);
  FleetStatus status;
  status.tool_version = PIDOMETER_VERSION;
  status.tool_sha256 = file_sha256("/proc/self/exe");
  status.command_line = run.command_line;
  status.working_directory = run.working_directory;
  status.user = run.user;
  status.host = run.host;
  status.pid = getpid();
  status.jobs = options.jobs > 0 ? options.jobs : usable_cores();
  status.started = run.started;
  return status;
}

/// A fleet writes, replaces and removes files in its folder, by names that an input may have.
Result<void> check_no_input_inside(const Options& options, std::span<const fs::path> inputs) {
  const std::string& directory = options.directory;
  const std::array<fs::path, 2> written = {real_path(directory),
                                           real_path(fs::path(directory) / "images")};
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

/// Whether the run may write where it is to: before anything is, by what is given and listed, and
/// again by all files that turned out to belong to that.
Result<void> check_places(const Options& options, std::span<const FleetImage> listed,
                          std::span<const InputGroup> groups) {
  Options all = options;
  for (const FleetImage& image : listed)
    all.inputs.insert(all.inputs.end(), image.segments.begin(), image.segments.end());
  if (Result<void> safe = check_output_names(all, groups); !safe) return safe;
  std::vector<fs::path> inputs(all.inputs.begin(), all.inputs.end());
  inputs.insert(inputs.end(), all.roots.begin(), all.roots.end());
  for (const InputGroup& group : groups)
    inputs.insert(inputs.end(), group.segments.begin(), group.segments.end());
  return check_no_input_inside(options, inputs);
}

/// What is there of the earlier run of the folder.
struct Before {
  bool exists = false;                ///< a status file
  std::optional<std::string> bytes;   ///< of it, where they can be read
  std::optional<FleetStatus> status;  ///< where they are one
};

Result<Before> look_before(const FleetFolder& folder, const Options& options) {
  std::error_code ignored;
  const std::string name = folder.status_file();
  Before before;
  before.exists = fs::exists(fs::symlink_status(name, ignored));
  if (!before.exists) return before;
  if (!options.resume && !options.force)
    return fail(ErrorKind::usage, options.directory + " has the results of an earlier fleet",
                name + " is there",
                "add --resume to go on with it, --force to begin anew, or give another folder");
  if (options.force && !fs::is_regular_file(name, ignored)) return before;
  // Some KB for each of the most images that a --case list may have.
  constexpr std::size_t kMostStatusMb = 1024;
  Result<std::string> bytes =
      read_small_file(name, "--resume", "add --force to begin anew", kMostStatusMb);
  if (!bytes && options.resume) return tl::unexpected(bytes.error());
  if (!bytes) return before;
  Result<FleetStatus> status = read_fleet_status(*bytes, name);
  if (!status && options.resume) return tl::unexpected(status.error());
  before.bytes = std::move(*bytes);
  if (status) before.status = std::move(*status);
  return before;
}

/// The folder until the run has decided that it will write there: one that is refused or
/// interrupted before leaves it as it was.
class Probation {
 public:
  Probation(FleetFolder& folder, FleetStatusFile& file, const Before& before)
      : folder_(folder), file_(file), before_(before) {}
  Probation(const Probation&) = delete;
  Probation& operator=(const Probation&) = delete;

  ~Probation() {
    if (passed_) return;
    file_.release();
    std::error_code ignored;
    if (written_ && before_.bytes)
      (void)write_whole_file(folder_.status_file(), true, *before_.bytes);
    else if (written_)
      fs::remove(folder_.status_file(), ignored);
    folder_.undo();
  }

  /// Says in the status file that the run looks at its inputs; not in the place of a file that
  /// could not be put back.
  Result<void> announce(const FleetStatus& planning) {
    if (before_.exists && !before_.bytes) return {};
    written_ = true;
    return file_.write(planning);
  }
  bool announced() const { return written_; }
  void pass() { passed_ = true; }

 private:
  FleetFolder& folder_;
  FleetStatusFile& file_;
  const Before& before_;
  bool written_ = false;
  bool passed_ = false;
};

/// Keeps the status file young while nothing changes. `now` is a copy: the run goes on with its
/// own.
void keep_young(std::optional<Heartbeat>& beat, FleetStatusFile& file, FleetStatus now) {
  beat.emplace(kHeartbeat, [&file, now = std::move(now)]() mutable {
    now.updated = time_now();
    // Where it cannot be written the end of the run will tell.
    (void)file.write(now);
  });
}

Result<void> write_timeline(const FleetFolder& folder, FleetStatusFile& file, FleetStatus& status,
                            Diagnostics& diagnostics) {
  status.state = "timeline";
  status.updated = time_now();
  if (Result<void> written = file.write(status); !written) return written;
  std::optional<Heartbeat> beat;
  keep_young(beat, file, status);
  return write_fleet_timeline(folder, status, diagnostics);
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

ExitStatus refuse(const Error& error, Diagnostics& diagnostics) {
  diagnostics.error(error);
  return error.kind == ErrorKind::usage ? exit_usage : exit_nothing;
}

}  // namespace

ExitStatus run_fleet(const Options& options, Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  // What the options mean is the same of all images: better refused once than by each.
  const Result<ScanPlan> meaning = make_plan(options);
  if (!meaning) return refuse(meaning.error(), diagnostics);
  Result<CaseList> listed = listed_images(options);
  if (!listed) return refuse(listed.error(), diagnostics);
  if (Result<void> safe = check_places(options, listed->images, {}); !safe)
    return refuse(safe.error(), diagnostics);
  Result<FleetFolder> folder = FleetFolder::open(options.directory);
  if (!folder) return refuse(folder.error(), diagnostics);
  FleetStatusFile file(folder->status_file());
  Before before;
  Probation probation(*folder, file, before);
  if (Result<Before> found = look_before(*folder, options); !found)
    return refuse(found.error(), diagnostics);
  else
    before = std::move(*found);
  folder->remove_unfinished();
  FleetStatus status = describe_run(options);
  status.case_sha256 = listed->sha256;
  if (before.status && options.resume) status.earlier_runs = before.status->earlier_runs;
  status.state = "planning";
  status.updated = status.started;
  if (before.status) status.images = undecided_images(*before.status);
  if (before.status)
    status.unlisted = unlisted_images(*before.status, before.status->images, *folder);
  if (Result<void> written = probation.announce(status); !written)
    return refuse(written.error(), diagnostics);
  std::optional<Heartbeat> beat;
  if (probation.announced()) keep_young(beat, file, status);
  Result<FleetPlan> plan =
      plan_fleet(options, std::move(listed->images),
                 before.status ? images_with_results(*before.status) : std::vector<NamedImage>());
  if (interrupted()) {
    // What was not looked at any more is missing in the plan: nothing may be removed by it.
    diagnostics.note("interrupted; no image was scanned");
    return exit_interrupted;
  }
  if (!plan) return refuse(plan.error(), diagnostics);
  status.images = std::move(plan->images);
  std::vector<FleetImage> images;
  for (const FleetEntry& entry : status.images) images.push_back(entry.image);
  if (Result<void> safe = check_places(options, images, plan->groups); !safe)
    return refuse(safe.error(), diagnostics);
  if (const std::string result = folder->find_result(status.images);
      !before.exists && !options.force && !result.empty())
    return refuse(
        Error{ErrorKind::usage, options.directory + " has results, and no fleet's status of them",
              result + " is there", "add --force to overwrite it, or give another folder"},
        diagnostics);
  if (before.status && options.resume)
    if (const std::string name = untold_image(*before.status, status.images, *folder);
        !name.empty())
      return refuse(Error{ErrorKind::usage,
                          options.directory + " has results that its status does not tell of",
                          folder->absolute(FleetFolder::image_file(name, "rows")) +
                              " is there, and what it was made of is not known",
                          "move it elsewhere, give another folder, or begin anew with --force"},
                    diagnostics);
  probation.pass();
  for (const std::string& note : plan->notes) say_note(note, status, diagnostics);
  for (const std::string& warning : plan->warnings) say_warning(warning, status, diagnostics);
  folder->remove_unfinished(status.images);
  if (before.status) status.unlisted = unlisted_images(*before.status, status.images, *folder);
  if (before.status && options.resume) {
    resume_fleet(*before.status, status, options.reports, *folder, interruptible_sha256,
                 interrupted);
    if (const std::string words = kept_words(*before.status, status); !words.empty())
      diagnostics.note("note: " + words);
    for (const FleetEntry& entry : status.images)
      if (entry.state == ImageState::unreachable) say_end(entry, diagnostics);
  }
  const std::size_t kept = count_images(status, ImageState::complete);
  say_what_is_left(*folder, status, diagnostics);
  folder->remove_timeline();
  if (options.force)
    for (const FleetEntry& entry : status.images) folder->remove_outputs(entry.name);

  beat.reset();
  status.state = "running";
  FleetTools tools;
  tools.publish = [&file](const FleetStatus& now) { return file.write(now); };
  tools.sha256 = interruptible_sha256;
  tools.now = time_now;
  tools.interrupted = interrupted;
  tools.progress = [&](std::string_view words) { diagnostics.progress(words); };
  tools.ended = [&](const FleetEntry& entry) { say_end(entry, diagnostics); };
  FleetRun run(status, plan->work, *folder, options.reports, tools);
  Result<void> done = run.run();
  folder->remove_unfinished(status.images);
  if (done && !interrupted()) done = write_timeline(*folder, file, status, diagnostics);
  RunOutcome outcome = outcome_of(status);
  if (!done && !outcome.interrupted) {
    diagnostics.error(done.error());
    status.errors.push_back(done.error());
    outcome.output_failed = true;
  }
  if (!outcome.interrupted) {
    say_warnings(*folder, status, diagnostics);
    say_copies(*folder, status, diagnostics);
    say_overlays(status, diagnostics);
    say_unused_known(*folder, meaning->plugin.known, status, diagnostics);
  }
  const ExitStatus exit = exit_status(outcome, options.partial_ok);
  status.state = state_words(exit_status(outcome, false));
  status.exit_status = exit;
  status.updated = time_now();
  status.ended = status.updated;
  if (const Result<void> written = file.write_last(status); !written) {
    diagnostics.error(written.error());
    return outcome.interrupted ? exit_interrupted : exit_nothing;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  diagnostics.note(outcome.interrupted
                       ? "interrupted; what is complete is kept, and --resume goes on with the rest"
                       : closing_line(status, kept, took.count()));
  return exit;
}

}  // namespace pidometer
