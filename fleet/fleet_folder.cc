#include "fleet/fleet_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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

}  // namespace

Result<FleetFolder> FleetFolder::open(const std::string& path) {
  FleetFolder folder(path);
  Result<void> done = folder.make();
  if (done) done = folder.take_lock();
  if (done) return folder;
  folder.undo();
  return tl::unexpected(done.error());
}

Result<void> FleetFolder::make() {
  std::error_code error;
  const fs::path images = fs::path(path_) / "images";
  // A link to a place that is not there is not ours to take away.
  for (fs::path folder = images; !folder.empty() && !fs::exists(fs::symlink_status(folder, error));
       folder = folder.parent_path())
    made_.push_back(folder.string());
  fs::create_directories(images, error);
  if (error)
    return fail(ErrorKind::output, "cannot make the folder " + images.string(), error.message(),
                "give another folder");
  return {};
}

Result<void> FleetFolder::take_lock() {
  const std::string name = lock_file();
  const auto named_so = [&name](int descriptor) {
    struct stat held {};
    struct stat named {};
    return ::fstat(descriptor, &held) == 0 && ::stat(name.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
  };
  for (int tries = 0;; ++tries) {
    if (lock_ < 0) {
      struct stat before {};
      made_lock_ = ::lstat(name.c_str(), &before) != 0;
      // Not closed on exec: a lock of flock() is held as long as any process has the descriptor.
      lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
      if (lock_ < 0) {
        made_lock_ = false;
        return fail(ErrorKind::output, "cannot write " + name, std::strerror(errno),
                    "check that the folder may be written");
      }
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) {
      if (named_so(lock_)) return {};
      // Of a run that was refused meanwhile, and took its file along: nobody else would heed it.
      ::close(std::exchange(lock_, -1));
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(ErrorKind::output, "cannot lock " + name, std::strerror(errno),
                  "give a folder on another file system");
    }
    if (tries >= kLockTries) {
      made_lock_ = false;
      return fail(ErrorKind::usage, "another fleet writes to " + path_,
                  path_ + "/status.json says which", "wait for its end, or give another folder");
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

void FleetFolder::undo() {
  std::error_code ignored;
  if (made_lock_) fs::remove(lock_file(), ignored);
  for (const std::string& folder : made_) fs::remove(folder, ignored);  // where it is empty
  made_lock_ = false;
  made_.clear();
}

FleetFolder::FleetFolder(FleetFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      made_lock_(std::exchange(other.made_lock_, false)),
      made_(std::exchange(other.made_, {})) {}

FleetFolder::~FleetFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string FleetFolder::image_file(const std::string& name, std::string_view kind) {
  const auto* const at = std::find_if(kKinds.begin(), kKinds.end(),
                                      [&](const auto& one) { return one.first == kind; });
  return "images/" + name + std::string(at == kKinds.end() ? ".other" : at->second);
}

std::string FleetFolder::set_aside_file(const std::string& name, std::string_view kind) {
  constexpr std::string_view kFolder = "images/";
  return "images/.earlier/" + image_file(name, kind).substr(kFolder.size());
}

void FleetFolder::remove_unfinished() const {
  remove_temporaries(path_, {fs::path(status_file()).filename().string(),
                             fs::path(timeline_file()).filename().string()});
}

void FleetFolder::remove_unfinished(std::span<const FleetEntry> images) const {
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

bool FleetFolder::has_rows(const std::string& name) const {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(absolute(image_file(name, "rows")), ignored)) ||
         fs::exists(fs::symlink_status(absolute(set_aside_file(name, "rows")), ignored));
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
  drop_aside(name);
}

void FleetFolder::remove_results(const std::string& name) const {
  for (const char* kind : {"rows", "report"}) {
    std::error_code ignored;
    fs::remove(absolute(image_file(name, kind)), ignored);
  }
}

void FleetFolder::remove_report(const std::string& name) const {
  std::error_code ignored;
  fs::remove(absolute(image_file(name, "report")), ignored);
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
  FleetOutput output{kind, file, 0, hash(absolute(file)).value_or("")};
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(absolute(file), error);
  if (!error) output.bytes = bytes;
  return output;
}

Result<bool> FleetFolder::take_back(const std::string& name, const FleetOutput& output,
                                    const FileHash& hash) const {
  const std::string file = image_file(name, output.kind);
  // The name comes from a file that anyone may have written: only those that are ours are read.
  if (output.sha256.empty() ||
      (output.file != file && output.file != set_aside_file(name, output.kind)))
    return false;
  const Result<std::string> named = hash(absolute(file));
  if (named && *named == output.sha256) return true;
  const std::string aside = absolute(set_aside_file(name, output.kind));
  const Result<std::string> beside = hash(aside);
  if (beside && *beside == output.sha256) {
    std::error_code error;
    fs::rename(aside, absolute(file), error);
    if (error) return fail(ErrorKind::output, "cannot put back " + aside, error.message());
    return true;
  }
  if (!named) return tl::unexpected(named.error());
  if (!beside) return tl::unexpected(beside.error());
  return false;
}

Result<void> FleetFolder::set_aside(const std::string& name,
                                    std::span<const FleetOutput> outputs) const {
  std::error_code error;
  fs::create_directories(absolute("images/.earlier"), error);
  for (const FleetOutput& output : outputs) {
    const std::string from = absolute(image_file(name, output.kind));
    const std::string to = absolute(set_aside_file(name, output.kind));
    std::error_code ignored;
    if (!fs::exists(from, ignored)) continue;  // what is aside already is all there is of it
    fs::remove(to, ignored);
    // A log is written in place. The others stay under their names: by a link, by a copy where the
    // file system has none (FAT, shares), and only where there is no room for that not.
    const bool in_place = output.kind == "log";
    error.clear();
    if (!in_place) fs::create_hard_link(from, to, error);
    if (error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    if (in_place || error) fs::rename(from, to, error);
    if (error)
      return fail(ErrorKind::output, "cannot put the earlier result aside, as " + to,
                  error.message());
  }
  return {};
}

void FleetFolder::put_back(const std::string& name, std::vector<FleetOutput>& outputs,
                           bool with_log) const {
  for (const auto& [kind, suffix] : kKinds) {
    const auto at = std::ranges::find(outputs, kind, &FleetOutput::kind);
    const std::string file = image_file(name, kind);
    const std::string aside = set_aside_file(name, kind);
    std::error_code ignored;
    if (kind == "log" && !with_log) {
      if (at != outputs.end()) at->file = aside;
    } else if (at == outputs.end()) {
      fs::remove(absolute(file), ignored);
    } else {
      fs::rename(absolute(aside), absolute(file), ignored);
      at->file = file;
    }
  }
}

void FleetFolder::drop_aside(const std::string& name) const {
  std::error_code ignored;
  for (const auto& [kind, suffix] : kKinds)
    fs::remove(absolute(set_aside_file(name, kind)), ignored);
  fs::remove(absolute("images/.earlier"), ignored);  // where it is empty
}

}  // namespace pidometer
