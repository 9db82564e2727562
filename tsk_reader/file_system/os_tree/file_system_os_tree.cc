#include "tsk_reader/file_system/os_tree/file_system_os_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

#include "tsk_reader/bytes/file_time.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {
namespace {

/// Linux's PATH_MAX: no symlink's target is longer (man 7 symlink).
constexpr std::size_t kLongestTarget = 4096;

/// Denied places that are told one by one; a tree that is not readable at all has thousands.
constexpr std::size_t kMostDenied = 100;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// openat(2) that leaves the access time alone where that is allowed: only the owner and root may
/// ask for it (EPERM otherwise).
int open_quietly(int folder, const char* name, int flags) {
  const int fd = ::openat(folder, name, flags | O_NOATIME | O_CLOEXEC);
  return fd < 0 && errno == EPERM ? ::openat(folder, name, flags | O_CLOEXEC) : fd;
}

NodeKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return NodeKind::file;
  if (S_ISDIR(mode)) return NodeKind::directory;
  return S_ISLNK(mode) ? NodeKind::symlink : NodeKind::other;
}

class OsTree final : public FileSystem {
 public:
  OsTree(Descriptor root, const struct stat& info) : root_(std::move(root)) { add(0, "", info); }

  std::string_view type_indicator() const override { return "OS"; }
  std::string_view reader() const override { return "os"; }
  bool folds_case() const override { return false; }
  std::uint64_t size() const override { return 0; }
  std::uint64_t root() const override { return 1; }

  Result<FileNode> stat(std::uint64_t inode) override {
    if (inode == 0 || inode > nodes_.size()) return fail(ErrorKind::not_found, "no such inode");
    return nodes_[inode - 1].file;
  }

  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override;
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override;
  Result<std::string> read_link(std::uint64_t inode) override;
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override;

  const std::vector<Warning>& warnings() const override { return warnings_; }
  const std::vector<DamagedRange>& structure_damage() const override { return no_damage_; }

 private:
  struct Node {
    FileNode file;
    std::uint64_t parent = 0;  ///< 0 of the root
    std::string name;
    dev_t device = 0;
    ino_t number = 0;
  };

  std::uint64_t add(std::uint64_t parent, std::string_view name, const struct stat& info);
  std::string path_of(std::uint64_t inode) const;
  Result<Descriptor> open_folder(std::uint64_t inode);
  void deny(const std::string& path, int error);
  tl::unexpected<Error> refused(const std::string& path, int error);

  Descriptor root_;
  std::vector<Node> nodes_;
  std::map<std::pair<dev_t, ino_t>, std::uint64_t> numbers_;  ///< what has two names is one node
  std::vector<Warning> warnings_;
  std::vector<DamagedRange> no_damage_;
};

std::uint64_t OsTree::add(std::uint64_t parent, std::string_view name, const struct stat& info) {
  const std::uint64_t next = nodes_.size() + 1;
  const auto [at, is_new] = numbers_.try_emplace({info.st_dev, info.st_ino}, next);
  if (!is_new) return at->second;
  Node& node = nodes_.emplace_back();
  node.parent = parent;
  node.name = std::string(name);
  node.device = info.st_dev;
  node.number = info.st_ino;
  node.file.inode = next;
  node.file.kind = kind_of(info.st_mode);
  node.file.size = static_cast<std::uint64_t>(info.st_size);
  node.file.modified = file_time(info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  return next;
}

std::string OsTree::path_of(std::uint64_t inode) const {
  std::string path;
  for (std::uint64_t at = inode; nodes_[at - 1].parent != 0; at = nodes_[at - 1].parent)
    path = fmt::format("/{}{}", nodes_[at - 1].name, path);
  return path.empty() ? "/" : path;
}

/// Whoever asks may do without the file, and the examiner must know.
void OsTree::deny(const std::string& path, int error) {
  if (warnings_.size() >= kMostDenied) return;
  Warning warning;
  warning.kind = WarningKind::skipped_file;
  warning.path = path;
  warning.message = fmt::format("cannot be read: {}", std::generic_category().message(error));
  warnings_.push_back(std::move(warning));
}

tl::unexpected<Error> OsTree::refused(const std::string& path, int error) {
  deny(path, error);
  return fail(ErrorKind::unreadable, "cannot be read", std::generic_category().message(error));
}

/// A folder as a place to look up names in (O_PATH needs the right to search, not to read).
Result<Descriptor> OsTree::open_folder(std::uint64_t inode) {
  if (inode == 0 || inode > nodes_.size()) return fail(ErrorKind::not_found, "no such folder");
  std::vector<std::uint64_t> way;
  for (std::uint64_t at = inode; nodes_[at - 1].parent != 0; at = nodes_[at - 1].parent)
    way.push_back(at);
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Descriptor folder(::openat(root_.get(), ".", kFlags));
  for (auto at = way.rbegin(); folder.get() >= 0 && at != way.rend(); ++at)
    folder = Descriptor(::openat(folder.get(), nodes_[*at - 1].name.c_str(), kFlags));
  if (folder.get() < 0) return refused(path_of(inode), errno);
  return folder;
}

Result<std::optional<std::uint64_t>> OsTree::lookup(std::uint64_t directory,
                                                    std::string_view name) {
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
    return std::nullopt;
  const auto folder = open_folder(directory);
  if (!folder) return tl::unexpected(folder.error());
  const std::string words(name);
  struct stat info {};
  if (::fstatat(folder->get(), words.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return add(directory, name, info);
  if (errno == ENOENT || errno == ENAMETOOLONG) return std::nullopt;
  return refused(path_of(directory), errno);
}

Result<std::vector<DirectoryEntry>> OsTree::list(std::uint64_t directory) {
  const auto folder = open_folder(directory);
  if (!folder) return tl::unexpected(folder.error());
  Descriptor readable(open_quietly(folder->get(), ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (readable.get() < 0) return refused(path_of(directory), errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(readable.get()), ::closedir);
  if (!stream) return refused(path_of(directory), errno);
  readable.release();
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return refused(path_of(directory), errno);
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (entries.size() >= kMaxDirectoryEntries) return refused(path_of(directory), EFBIG);
    struct stat info {};
    if (::fstatat(folder->get(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
      entries.push_back({std::string(name), add(directory, name, info)});
    } else if (errno != ENOENT) {  // gone since it was listed: a live tree
      const int error = errno;
      deny(std::filesystem::path(path_of(directory)) / name, error);
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return entries;
}

Result<std::string> OsTree::read_link(std::uint64_t inode) {
  const auto file = stat(inode);
  if (!file) return tl::unexpected(file.error());
  if (file->kind != NodeKind::symlink) return fail(ErrorKind::unreadable, "no symbolic link");
  const Node& node = nodes_[inode - 1];
  const auto folder = open_folder(node.parent);
  if (!folder) return tl::unexpected(folder.error());
  std::string target(kLongestTarget, '\0');
  const ssize_t got = ::readlinkat(folder->get(), node.name.c_str(), target.data(), target.size());
  if (got < 0) return refused(path_of(inode), errno);
  target.resize(static_cast<std::size_t>(got));
  return target;
}

Result<std::unique_ptr<ByteStream>> OsTree::open(std::uint64_t inode) {
  const auto file = stat(inode);
  if (!file) return tl::unexpected(file.error());
  if (file->kind != NodeKind::file) return fail(ErrorKind::unreadable, "no regular file");
  const Node& node = nodes_[inode - 1];
  const auto folder = open_folder(node.parent);
  if (!folder) return tl::unexpected(folder.error());
  // O_NONBLOCK: should the name have become a pipe, opening it would wait for ever.
  Descriptor opened(open_quietly(folder->get(), node.name.c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  struct stat info {};
  if (opened.get() < 0 || ::fstat(opened.get(), &info) != 0) return refused(path_of(inode), errno);
  if (info.st_dev != node.device || info.st_ino != node.number)
    return fail(ErrorKind::unreadable, "another file took its place while the tree was read");
  auto adopted = OsFile::adopt(opened.release(), path_of(inode));
  if (!adopted) return tl::unexpected(adopted.error());
  return make_os_stream(std::move(*adopted));
}

}  // namespace

Result<std::unique_ptr<FileSystem>> open_os_tree(const std::filesystem::path& folder) {
  Descriptor root(open_quietly(AT_FDCWD, folder.c_str(), O_RDONLY | O_DIRECTORY));
  struct stat info {};
  if (root.get() < 0 || ::fstat(root.get(), &info) != 0) {
    const int error = errno;
    return fail(error == ENOENT ? ErrorKind::not_found : ErrorKind::unreadable,
                "cannot read the folder " + folder.string(), std::generic_category().message(error),
                error == ENOENT ? "check the path" : "check the permissions of the folder");
  }
  return std::make_unique<OsTree>(std::move(root), info);
}

}  // namespace pidometer
