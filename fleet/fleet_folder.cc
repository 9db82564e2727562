#include "fleet/fleet_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "base/temporary_name.h"
#include "fleet/input_files.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kKinds = {{
    {"rows", ".jsonl"},
    {"summary", ".summary.json"},
    {"report", ".html"},
    {"log", ".log"},
}};

/// How long children of a killed fleet may hold its lock: they are killed with it, and take as long
/// as the kernel needs for a process that is in the middle of a read.
constexpr int kLockTries = 20;
constexpr std::chrono::milliseconds kLockPause{100};

/// Removes what is unfinished of one of the files `of`, which lie in the folder `place`.
void remove_temporaries(const std::string& place, const std::set<std::string, std::less<>>& of) {
  std::error_code error;
  fs::directory_iterator entries(place, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    if (of.contains(name_of_temporary(entries->path().filename().string())) &&
        entries->symlink_status(ignored).type() == fs::file_type::regular)
      fs::remove(entries->path(), ignored);
  }
}

/// Whether what was done is what is to be done. An image that was hashed beside is done as well.
bool same_arguments(std::vector<std::string> before, const std::vector<std::string>& now) {
  if (before == now) return true;
  std::erase(before, "--hash");
  return before == now;
}

bool same_outputs(const FleetEntry& entry, bool reports, const FleetFolder& folder,
                  const FileHash& hash) {
  for (const FleetOutput& output : entry.outputs) {
    // The name comes from a file that anyone may have written: only those that are ours are read.
    if (output.file != FleetFolder::image_file(entry.name, output.kind)) return false;
    if (output.kind == "log") continue;
    if (output.sha256.empty() || hash(folder.absolute(output.file)) != output.sha256) return false;
  }
  const auto has = [&](std::string_view kind) {
    return std::ranges::find(entry.outputs, kind, &FleetOutput::kind) != entry.outputs.end();
  };
  return has("rows") && has("summary") && (!reports || has("report"));
}

/// Whether the files that were read are those that are to be read. Beside those of the list there
/// are those that the scan met: extents, a backing file.
bool same_files(const std::vector<InputFile>& before, const std::vector<InputFile>& now) {
  const auto has = [](const std::vector<InputFile>& files, const InputFile& file) {
    return std::ranges::find(files, file) != files.end();
  };
  return !now.empty() &&
         std::ranges::all_of(now, [&](const InputFile& file) { return has(before, file); }) &&
         std::ranges::all_of(before, [&](const InputFile& file) {
           return has(now, file) || look_at_file(unescape_bytes(file.path)) == file;
         });
}

}  // namespace

Result<FleetFolder> FleetFolder::open(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path) / "images", error);
  if (error)
    return fail(ErrorKind::output, "cannot make the folder " + path + "/images", error.message(),
                "give another folder");
  const std::string name = path + "/.lock";
  // Not closed on exec: a lock of flock() is held as long as any process has the descriptor.
  const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
  if (lock < 0)
    return fail(ErrorKind::output, "cannot write " + name, std::strerror(errno),
                "check that the folder may be written");
  FleetFolder folder(path, lock);
  for (int tries = 0; ::flock(lock, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return fail(ErrorKind::output, "cannot lock " + name, std::strerror(errno),
                  "give a folder on another file system");
    if (tries >= kLockTries)
      return fail(ErrorKind::usage, "another fleet writes to " + path,
                  path + "/status.json says which", "wait for its end, or give another folder");
    std::this_thread::sleep_for(kLockPause);
  }
  return folder;
}

FleetFolder::FleetFolder(FleetFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

FleetFolder::~FleetFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string FleetFolder::image_file(const std::string& name, std::string_view kind) {
  const auto* const at = std::find_if(kKinds.begin(), kKinds.end(),
                                      [&](const auto& one) { return one.first == kind; });
  return "images/" + name + std::string(at == kKinds.end() ? ".other" : at->second);
}

void FleetFolder::remove_unfinished(std::span<const FleetEntry> images) const {
  remove_temporaries(path_, {fs::path(status_file()).filename().string(),
                             fs::path(timeline_file()).filename().string()});
  std::set<std::string, std::less<>> files;
  for (const FleetEntry& entry : images)
    for (const auto& [kind, suffix] : kKinds) files.insert(entry.name + std::string(suffix));
  remove_temporaries(path_ + "/images", files);
}

std::string FleetFolder::find_result(std::span<const FleetEntry> images) const {
  std::vector<std::string> files = {timeline_file()};
  for (const FleetEntry& entry : images)
    for (const auto& [kind, suffix] : kKinds)
      files.push_back(absolute(image_file(entry.name, kind)));
  std::error_code ignored;
  for (const std::string& file : files)
    if (fs::exists(fs::symlink_status(file, ignored))) return file;
  return {};
}

void FleetFolder::remove_timeline() const {
  std::error_code ignored;
  fs::remove(timeline_file(), ignored);
}

void FleetFolder::remove_outputs(const std::string& name) const {
  for (const auto& [kind, suffix] : kKinds) {
    std::error_code ignored;
    fs::remove(absolute(image_file(name, kind)), ignored);
  }
}

void FleetFolder::remove_results(const std::string& name) const {
  for (const char* kind : {"rows", "report"}) {
    std::error_code ignored;
    fs::remove(absolute(image_file(name, kind)), ignored);
  }
}

std::vector<std::string> FleetFolder::other_images(std::span<const FleetEntry> images) const {
  std::set<std::string> known;
  for (const FleetEntry& entry : images) known.insert(entry.name);
  std::set<std::string> others;
  std::error_code error;
  fs::directory_iterator entries(path_ + "/images", error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string file = entries->path().filename().string();
    for (const auto& [kind, suffix] : kKinds)
      if (file.ends_with(suffix) && !known.contains(file.substr(0, file.size() - suffix.size())))
        others.insert(file.substr(0, file.size() - suffix.size()));
  }
  return {others.begin(), others.end()};
}

FleetOutput FleetFolder::measure(const std::string& kind, const std::string& file,
                                 const FileHash& hash) const {
  FleetOutput output{kind, file, 0, hash(absolute(file))};
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(absolute(file), error);
  if (!error) output.bytes = bytes;
  return output;
}

std::size_t FleetFolder::keep_complete(const FleetStatus& earlier, FleetStatus& now, bool reports,
                                       const FileHash& hash) const {
  if (earlier.tool_version != now.tool_version || earlier.tool_sha256 != now.tool_sha256) return 0;
  std::map<std::string, const FleetEntry*> by_name;
  for (const FleetEntry& entry : earlier.images) by_name[entry.name] = &entry;
  std::size_t kept = 0;
  for (FleetEntry& entry : now.images) {
    const auto at = by_name.find(entry.name);
    if (at == by_name.end()) continue;
    const FleetEntry& before = *at->second;
    if (before.state != ImageState::complete || !same_files(before.files, entry.files) ||
        !same_arguments(before.arguments, entry.arguments) ||
        !same_outputs(before, reports, *this, hash))
      continue;
    entry.state = before.state;
    entry.exit_status = before.exit_status;
    entry.message = before.message;
    entry.started = before.started;
    entry.ended = before.ended;
    entry.files = before.files;
    entry.outputs = before.outputs;
    entry.kept = true;
    ++kept;
  }
  return kept;
}

}  // namespace pidometer
