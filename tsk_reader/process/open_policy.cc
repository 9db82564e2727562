#include "tsk_reader/process/open_policy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace pidometer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kZoneinfo = "/usr/share/zoneinfo";

/// Without links; empty where there is no such file (errno says why).
std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? std::string(real.get()) : std::string();
}

bool lies_below(const std::string& path, const std::string& folder) {
  if (folder == "/" || path == folder) return true;
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// What a descriptor is open on, as the system names it; empty where it does not (no /proc).
std::string name_of(int descriptor) {
  std::array<char, PATH_MAX> name{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = ::readlink(link.c_str(), name.data(), name.size());
  return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace

OpenPolicy::OpenPolicy(std::span<const std::string> inputs) {
  std::error_code ignored;
  here_ = fs::current_path(ignored);
  trees_.emplace_back(resolved(std::string(kZoneinfo)));
  if (trees_.back().empty()) trees_.pop_back();
  for (const std::string& input : inputs) {
    const std::string real = resolved(input);
    if (!real.empty() && fs::is_directory(real, ignored)) {
      trees_.push_back(real);
      continue;
    }
    if (!real.empty()) {
      files_.insert(real);
      folders_.insert(parent_of(real));
    }
    const fs::path parent = fs::path(input).parent_path();
    if (std::string folder = resolved(parent.empty() ? "." : parent.string()); !folder.empty())
      folders_.insert(std::move(folder));
  }
}

bool OpenPolicy::allows_resolved(const std::string& path, unsigned type) const {
  for (const std::string& tree : trees_)
    if (lies_below(path, tree)) return true;
  if (files_.contains(path)) return true;
  if (S_ISDIR(type)) return folders_.contains(path);
  // A disk beside the given one is another matter than a segment beside the given one.
  return S_ISREG(type) && folders_.contains(parent_of(path));
}

bool OpenPolicy::allows(std::string_view path) const {
  struct stat info {};
  const std::string real = resolved((here_ / fs::path(path)).string());
  return !real.empty() && ::lstat(real.c_str(), &info) == 0 && allows_resolved(real, info.st_mode);
}

OpenedFile OpenPolicy::open(std::string_view path, int flags) const {
  constexpr int kWriting = O_CREAT | O_TRUNC | O_APPEND;
  // A folder may be asked for as a mere place to look up names in.
  const bool as_place = (flags & O_PATH) != 0;
  if ((flags & O_ACCMODE) != O_RDONLY || (flags & kWriting) != 0 ||
      (as_place && (flags & O_DIRECTORY) == 0))
    return {-1, EACCES};
  if (path.empty()) return {-1, ENOENT};
  const std::string named = (here_ / fs::path(path)).string();
  struct stat link {};
  if ((flags & O_NOFOLLOW) != 0 && ::lstat(named.c_str(), &link) == 0 && S_ISLNK(link.st_mode))
    return {-1, ELOOP};
  const std::string real = resolved(named);
  if (real.empty()) return {-1, errno};
  struct stat before {};
  if (::lstat(real.c_str(), &before) != 0) return {-1, errno};
  if (!allows_resolved(real, before.st_mode)) return {-1, EACCES};
  if ((flags & O_DIRECTORY) != 0 && !S_ISDIR(before.st_mode)) return {-1, ENOTDIR};
  const bool readable =
      S_ISREG(before.st_mode) || S_ISBLK(before.st_mode) || S_ISDIR(before.st_mode);
  const int how = (readable && !as_place ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH) | O_NOFOLLOW |
                  O_CLOEXEC | (as_place ? 0 : flags & O_NOATIME);
  const int descriptor = ::open(real.c_str(), how);
  if (descriptor < 0) return {-1, errno};
  // Another file may stand there by now, or a link in one of the folders before it.
  struct stat after {};
  const std::string name = name_of(descriptor);
  if (::fstat(descriptor, &after) != 0 || after.st_dev != before.st_dev ||
      after.st_ino != before.st_ino || (!name.empty() && name != real)) {
    ::close(descriptor);
    return {-1, EACCES};
  }
  return {descriptor, 0};
}

}  // namespace pidometer
