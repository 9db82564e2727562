#include "fleet/fleet_run.h"

#include <poll.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/exit_status.h"
#include "fleet/child_messages.h"
#include "fleet/fleet_progress.h"
#include "fleet/heartbeat.h"
#include "fleet/input_files.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

using std::chrono::milliseconds;

/// How soon Ctrl-C is noticed, and how often progress is shown.
constexpr milliseconds kTick{200};
/// The status is written at most once a second, and for at most a twentieth of the time: images
/// that ended since are done again after a crash, beside those that were being read.
constexpr milliseconds kPause{1000};
/// What programs get to tidy up before they are killed.
constexpr milliseconds kGrace{5000};

}  // namespace

FleetRun::FleetRun(FleetStatus& status, const std::vector<FleetWork>& work,
                   const FleetFolder& folder, bool reports, const FleetTools& tools)
    : status_(status), work_(work), folder_(folder), reports_(reports), tools_(tools) {}

Result<void> FleetRun::run() {
  if (Result<void> written = publish(true); !written) return written;
  while (!tools_.interrupted()) {
    start_waiting();
    if (running_.empty()) break;
    show_progress();
    wait_for_some();
    if (Result<void> written = publish(false); !written) {
      stop();
      return written;
    }
  }
  stop();
  return publish(true);
}

void FleetRun::start_waiting() {
  while (running_.size() < static_cast<std::size_t>(status_.jobs) &&
         next_ < status_.images.size()) {
    if (status_.images[next_].state == ImageState::waiting && !start(next_)) return;
    ++next_;
  }
}

/// False where the system has no process to give just now, and may have one when others end.
bool FleetRun::start(std::size_t index) {
  FleetEntry& entry = status_.images[index];
  const auto output = [&](const char* kind) {
    return folder_.absolute(FleetFolder::image_file(entry.name, kind));
  };
  std::vector<std::string> arguments = work_[index].arguments;
  if (entry.earlier) {
    if (Result<void> aside = folder_.set_aside(entry.name, entry.earlier->outputs); !aside) {
      entry.started = iso8601(tools_.now());
      changed_ = true;
      set_failed(entry, aside.error().message + ": " + aside.error().reason);
      return true;
    }
    arguments.emplace_back("--force");
  }
  arguments.push_back("--output=" + output("rows"));
  arguments.push_back("--summary=" + output("summary"));
  if (reports_) arguments.push_back("--report=" + output("report"));
  arguments.insert(arguments.end(), work_[index].inputs.begin(), work_[index].inputs.end());
  Result<ChildProgram> child = ChildProgram::start(arguments, output("log"));
  if (!child && child.error().kind != ErrorKind::output && !running_.empty()) {
    put_back(entry);
    return false;
  }
  entry.started = iso8601(tools_.now());
  changed_ = true;
  if (child) {
    entry.state = ImageState::running;
    running_.emplace(index, std::move(*child));
  } else {
    set_failed(entry, child.error().message + ": " + child.error().reason);
  }
  return true;
}

void FleetRun::wait_for_some() {
  std::vector<pollfd> wanted;
  std::vector<std::size_t> indexes;
  for (const auto& [index, child] : running_) {
    wanted.push_back({child.ended_descriptor(), POLLIN, 0});
    indexes.push_back(index);
  }
  if (::poll(wanted.data(), wanted.size(), static_cast<int>(kTick.count())) <= 0) return;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i].revents != 0) finish(indexes[i]);
}

void FleetRun::finish(std::size_t index) {
  FleetEntry& entry = status_.images[index];
  const auto at = running_.find(index);
  const ChildEnd end = at->second.wait();
  running_.erase(at);
  changed_ = true;
  if (tools_.interrupted()) return put_back(entry);
  take_end(entry, end);
  ++done_;
  bytes_done_ += work_[index].bytes;
}

/// What the end of its process, and what that wrote, make of an image.
void FleetRun::take_end(FleetEntry& entry, const ChildEnd& end) {
  entry.exit_status = end.exit_status;
  entry.signal = end.signal;
  const std::string log = folder_.absolute(FleetFolder::image_file(entry.name, "log"));
  const std::string summary = folder_.absolute(FleetFolder::image_file(entry.name, "summary"));
  const std::optional<SummaryFacts> facts = read_summary_facts(summary);
  const std::string loss = facts ? facts->loss : std::string();
  const int status = end.exit_status.value_or(exit_nothing);
  if (status == exit_complete || status == exit_no_log) {
    entry.state = ImageState::complete;
    if (status == exit_no_log) entry.message = "no cron log is in it";
  } else if (status == exit_partial) {
    entry.state = ImageState::partial;
    entry.message = first_message(log, loss);
  } else {
    entry.help = first_help(log);
    return set_failed(entry, end_words(end, first_message(log, loss)));
  }
  if (entry.earlier && is_worse(entry, facts)) return set_failed(entry, entry.message);
  const std::optional<EarlierResult> earlier = std::exchange(entry.earlier, std::nullopt);
  if (earlier && !reports_) folder_.remove_report(entry.name);
  take_outputs(entry);
  if (tools_.interrupted()) {  // what the hashes say is not what the files are
    entry.earlier = earlier;
    return put_back(entry);
  }
  if (facts) entry.warning_counts = facts->warning_counts;
  // Extents and backing files are known to the scan alone. What was read and is not known cannot be
  // verified by another run.
  const bool all_known =
      !entry.files.empty() && facts && facts->segments && add_files(*facts->segments, entry.files);
  if (!all_known) entry.files.clear();
  const bool rows =
      std::any_of(entry.outputs.begin(), entry.outputs.end(),
                  [](const FleetOutput& one) { return one.kind == "rows" && !one.sha256.empty(); });
  if (!rows) {
    entry.earlier = earlier;
    return set_failed(entry, "its rows cannot be read again");
  }
  if (earlier) {
    tell_if_other(entry.name, facts);
    superseded_.push_back(entry.name);
  }
  entry.ended = iso8601(tools_.now());
  tools_.ended(entry);
}

/// Whether no cron log was found where an earlier run found one: that is a file system which is not
/// mounted, or evidence that changed, and what may be the last of it is not given up for nothing.
/// Where fewer records were found the message says so.
bool FleetRun::is_worse(FleetEntry& entry, const std::optional<SummaryFacts>& now) const {
  const auto before =
      read_summary_facts(folder_.absolute(FleetFolder::set_aside_file(entry.name, "summary")));
  if (!before || !before->logs || !now || !now->logs || now->records >= before->records)
    return false;
  const std::string words = records_words(*before) + ", by the run of " + entry.earlier->ended;
  if (now->logs == 0) {
    entry.message = "no cron log is in it now; before there were " + words;
    entry.help =
        "see that all of it is mounted; --force gives up the earlier results, those of all images";
    return true;
  }
  entry.message +=
      (entry.message.empty() ? "" : "; ") + records_words(*now) + "; before there were " + words;
  return false;
}

/// Images are known by their paths, where another medium may be mounted since.
void FleetRun::tell_if_other(const std::string& name,
                             const std::optional<SummaryFacts>& now) const {
  const auto before =
      read_summary_facts(folder_.absolute(FleetFolder::set_aside_file(name, "summary")));
  const std::string what = before && now ? differ_by(*before, *now) : std::string();
  if (!what.empty())
    status_.notes.push_back(name + " has another " + what +
                            " than in the run before, whose results it replaces: a medium of its "
                            "own is better scanned into a folder of its own");
}

void FleetRun::take_outputs(FleetEntry& entry) {
  const bool failed = entry.state == ImageState::failed;
  entry.outputs.clear();
  for (const char* kind : {"rows", "summary", "report"}) {
    // Where a result of an earlier run is left, the summary is of that too.
    const bool wanted = kind == std::string_view("summary")
                            ? !entry.earlier
                            : !failed && (reports_ || kind == std::string_view("rows"));
    if (!wanted) continue;
    FleetOutput output =
        folder_.measure(kind, FleetFolder::image_file(entry.name, kind), tools_.sha256);
    if (!output.sha256.empty()) entry.outputs.push_back(std::move(output));
  }
  entry.outputs.push_back(
      folder_.measure("log", FleetFolder::image_file(entry.name, "log"), tools_.sha256));
}

/// Rows that are none are not left to be taken for "nothing found"; those of an earlier run are.
void FleetRun::set_failed(FleetEntry& entry, std::string message) {
  entry.state = ImageState::failed;
  entry.message = std::move(message);
  if (entry.earlier)
    folder_.put_back(entry.name, entry.earlier->outputs, false);
  else
    folder_.remove_results(entry.name);
  take_outputs(entry);
  entry.ended = iso8601(tools_.now());
  tools_.ended(entry);
}

/// Another run is to begin it anew.
void FleetRun::put_back(FleetEntry& entry) {
  entry.state = ImageState::waiting;
  entry.started.clear();
  entry.exit_status.reset();
  entry.message.clear();
  entry.outputs.clear();
  if (!entry.earlier) return;
  folder_.put_back(entry.name, entry.earlier->outputs, true);
  folder_.drop_aside(entry.name);
}

/// What runs is given the time to tidy up, and waits for another run.
void FleetRun::stop() {
  for (const auto& [index, child] : running_) child.signal(SIGTERM);
  const Clock::time_point begun = Clock::now();
  while (!running_.empty() && Clock::now() - begun < kGrace) {
    pollfd first{running_.begin()->second.ended_descriptor(), POLLIN, 0};
    ::poll(&first, 1, static_cast<int>(kTick.count()));
    if (first.revents == 0) continue;
    const std::size_t index = running_.begin()->first;
    running_.erase(running_.begin());
    put_back(status_.images[index]);
  }
  std::vector<std::size_t> killed;
  for (const auto& [index, child] : running_) killed.push_back(index);
  running_.clear();
  for (const std::size_t index : killed) put_back(status_.images[index]);
  changed_ = true;
}

void FleetRun::show_progress() const {
  FleetProgress progress;
  progress.total = status_.images.size();
  for (std::size_t i = 0; i < status_.images.size(); ++i) {
    const ImageState state = status_.images[i].state;
    const bool open = state == ImageState::waiting || state == ImageState::running;
    if (open) progress.bytes_left += work_[i].bytes;
    if (state == ImageState::running) progress.bytes_running += work_[i].bytes;
    if (!open) ++progress.done;
    if (state == ImageState::partial) ++progress.partial;
    if (state == ImageState::failed) ++progress.failed;
  }
  progress.done_now = done_;
  progress.bytes_now = bytes_done_;
  tools_.progress(progress_words(progress, Clock::now() - begun_));
}

Result<void> FleetRun::publish(bool at_once) {
  const Clock::time_point now = Clock::now();
  const Clock::duration pause =
      std::max<Clock::duration>(changed_ ? kPause : kHeartbeat, kHeartbeatShare * publishing_);
  if (!at_once && now - published_ < pause) return {};
  status_.updated = tools_.now();
  Result<void> written = tools_.publish(status_);
  // Not before the status has the results in their place: whoever is killed here loses neither.
  if (written)
    for (const std::string& name : std::exchange(superseded_, {})) folder_.drop_aside(name);
  changed_ = false;
  published_ = Clock::now();
  publishing_ = published_ - now;
  return written;
}

}  // namespace pidometer
