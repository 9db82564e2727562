#include "cli/fleet.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/file_hash.h"
#include "cli/fleet_before.h"
#include "cli/fleet_messages.h"
#include "cli/fleet_places.h"
#include "cli/fleet_plan.h"
#include "cli/fleet_status_file.h"
#include "cli/fleet_timeline.h"
#include "cli/interrupt.h"
#include "cli/run_record.h"
#include "cli/scan_evidence.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_resume.h"
#include "fleet/heartbeat.h"

namespace pidometer {
namespace {

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

/// One run over the folder, step by step.
class Fleet {
 public:
  Fleet(const Options& options, Diagnostics& diagnostics, ScanPlan meaning, CaseList listed,
        FleetFolder& folder)
      : options_(options),
        diagnostics_(diagnostics),
        meaning_(std::move(meaning)),
        listed_(std::move(listed)),
        folder_(folder),
        file_(folder.status_file()),
        probation_(folder, file_, before_) {}

  /// Looks at what there is, and at all inputs. What ends here leaves the folder as it was; false:
  /// by an interrupt.
  Result<bool> plan();
  /// Takes over what an earlier run made, or removes it.
  void resume();
  /// Until all images are done, and are in the timeline, or an interrupt came.
  void scan();
  ExitStatus finish();

 private:
  Result<void> announce();
  Result<void> check_results() const;
  void keep_young();
  Result<void> write_timeline();

  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  const Options& options_;
  Diagnostics& diagnostics_;
  ScanPlan meaning_;
  CaseList listed_;
  FleetFolder& folder_;
  FleetStatusFile file_;
  Before before_;
  Probation probation_;
  FleetStatus status_;
  FleetPlan plan_;
  std::size_t kept_ = 0;           ///< complete ones of an earlier run
  Result<void> scanned_;           ///< what went wrong of no one image
  std::optional<Heartbeat> beat_;  ///< writes to `file_`: the first to go
};

/// Keeps the status file young while nothing changes. The beat has a copy: the run goes on with its
/// own.
void Fleet::keep_young() {
  beat_.emplace(kHeartbeat, [this, now = status_]() mutable {
    now.updated = time_now();
    // Where it cannot be written the end of the run will tell.
    (void)file_.write(now);
  });
}

/// Says that the run has begun, and what an earlier one left.
Result<void> Fleet::announce() {
  Result<Before> found = look_before(folder_, options_);
  if (!found) return tl::unexpected(found.error());
  before_ = std::move(*found);
  folder_.remove_unfinished();
  status_ = describe_run(options_);
  status_.case_sha256 = listed_.sha256;
  status_.state = "planning";
  status_.updated = status_.started;
  if (before_.status) {
    if (options_.resume) status_.earlier_runs = before_.status->earlier_runs;
    status_.images = undecided_images(*before_.status);
    status_.unlisted = unlisted_images(*before_.status, before_.status->images, folder_);
  }
  if (Result<void> written = probation_.announce(status_); !written) return written;
  if (probation_.announced()) keep_young();
  return {};
}

Result<bool> Fleet::plan() {
  if (Result<void> announced = announce(); !announced) return tl::unexpected(announced.error());
  Result<FleetPlan> plan = plan_fleet(
      options_, listed_.images,
      before_.status ? images_with_results(*before_.status, folder_) : std::vector<NamedImage>());
  // What was not looked at any more is missing in the plan: nothing may be removed by it.
  if (interrupted()) return false;
  if (!plan) return tl::unexpected(plan.error());
  plan_ = std::move(*plan);
  status_.images = std::move(plan_.images);
  if (Result<void> safe = check_found_files(options_, listed_.images, plan_.groups); !safe)
    return tl::unexpected(safe.error());
  if (Result<void> ours = check_results(); !ours) return tl::unexpected(ours.error());
  probation_.pass();
  return true;
}

/// Whether what is there is a fleet's, and told of by its status.
Result<void> Fleet::check_results() const {
  if (const std::string result = folder_.find_result(status_.images);
      !before_.exists && !options_.force && !result.empty())
    return fail(ErrorKind::usage,
                options_.directory + " has results, and no fleet's status of them",
                result + " is there", "add --force to overwrite it, or give another folder");
  if (!before_.status || !options_.resume) return {};
  const std::string name = untold_image(*before_.status, status_.images, folder_);
  if (name.empty()) return {};
  return fail(ErrorKind::usage,
              options_.directory + " has results that its status does not tell of",
              folder_.absolute(FleetFolder::image_file(name, "rows")) +
                  " is there, and what it was made of is not known",
              "move it elsewhere, give another folder, or begin anew with --force");
}

void Fleet::resume() {
  for (const std::string& note : plan_.notes) say_note(note, status_, diagnostics_);
  for (const std::string& warning : plan_.warnings) say_warning(warning, status_, diagnostics_);
  folder_.remove_unfinished(status_.images);
  if (before_.status) status_.unlisted = unlisted_images(*before_.status, status_.images, folder_);
  if (before_.status && options_.resume) {
    resume_fleet(*before_.status, status_, options_.reports, folder_, interruptible_sha256,
                 interrupted);
    if (const std::string words = kept_words(*before_.status, status_); !words.empty())
      diagnostics_.note("note: " + words);
    for (const FleetEntry& entry : status_.images)
      if (entry.state == ImageState::unreachable || entry.state == ImageState::failed)
        say_end(entry, diagnostics_);
  }
  kept_ = count_images(status_, ImageState::complete);
  say_what_is_left(folder_, status_, diagnostics_);
  folder_.remove_timeline();
  if (options_.force)
    for (const FleetEntry& entry : status_.images) folder_.remove_outputs(entry.name);
}

void Fleet::scan() {
  beat_.reset();  // no program may be started meanwhile
  status_.state = "running";
  FleetTools tools;
  tools.publish = [this](const FleetStatus& now) { return file_.write(now); };
  tools.sha256 = interruptible_sha256;
  tools.now = time_now;
  tools.interrupted = interrupted;
  tools.progress = [this](std::string_view words) { diagnostics_.progress(words); };
  tools.ended = [this](const FleetEntry& entry) { say_end(entry, diagnostics_); };
  FleetRun run(status_, plan_.work, folder_, options_.reports, tools);
  const std::size_t said = status_.notes.size();
  scanned_ = run.run();
  for (std::size_t i = said; i < status_.notes.size(); ++i)
    diagnostics_.note("note: " + status_.notes[i]);
  folder_.remove_unfinished(status_.images);
  if (scanned_ && !interrupted()) scanned_ = write_timeline();
}

Result<void> Fleet::write_timeline() {
  status_.state = "timeline";
  status_.updated = time_now();
  if (Result<void> written = file_.write(status_); !written) return written;
  keep_young();
  return write_fleet_timeline(folder_, status_, diagnostics_);
}

ExitStatus Fleet::finish() {
  RunOutcome outcome = outcome_of(status_);
  if (!scanned_ && !outcome.interrupted) {
    diagnostics_.error(scanned_.error());
    status_.errors.push_back(scanned_.error());
    outcome.output_failed = true;
  }
  if (!outcome.interrupted) {
    say_warnings(folder_, status_, diagnostics_);
    const FactsOfImages facts = facts_of_images(folder_, status_);
    say_copies(facts, status_, diagnostics_);
    say_moved(folder_, facts, status_, diagnostics_);
    say_overlays(status_, diagnostics_);
    say_unused_known(facts, meaning_.plugin.known, status_, diagnostics_);
  }
  beat_.reset();  // who reads all summaries from a share is alive meanwhile
  const ExitStatus exit = exit_status(outcome, options_.partial_ok);
  status_.state = state_words(exit_status(outcome, false));
  status_.exit_status = exit;
  status_.updated = time_now();
  status_.ended = status_.updated;
  if (const Result<void> written = file_.write_last(status_); !written) {
    diagnostics_.error(written.error());
    return outcome.interrupted ? exit_interrupted : exit_nothing;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
  diagnostics_.note(
      outcome.interrupted
          ? "interrupted; what is complete is kept, and --resume goes on with the rest"
          : closing_line(status_, kept_, took.count()));
  return exit;
}

}  // namespace

ExitStatus run_fleet(const Options& options, Diagnostics& diagnostics) {
  // What the options mean is the same of all images: better refused once than by each.
  Result<ScanPlan> meaning = make_plan(options);
  if (!meaning) return refuse(meaning.error(), diagnostics);
  Result<CaseList> listed = listed_images(options);
  if (!listed) return refuse(listed.error(), diagnostics);
  if (Result<void> safe = check_places(options, listed->images); !safe)
    return refuse(safe.error(), diagnostics);
  Result<FleetFolder> folder = FleetFolder::open(options.directory);
  if (!folder) return refuse(folder.error(), diagnostics);
  Fleet fleet(options, diagnostics, std::move(*meaning), std::move(*listed), *folder);
  const Result<bool> planned = fleet.plan();
  if (!planned) return refuse(planned.error(), diagnostics);
  if (!*planned) {
    diagnostics.note("interrupted; no image was scanned");
    return exit_interrupted;
  }
  fleet.resume();
  fleet.scan();
  return fleet.finish();
}

}  // namespace pidometer
