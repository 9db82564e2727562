#include "tsk_reader/bytes/os_file.h"

#include "tsk_reader/bytes/file_time.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace pidometer {
namespace {

/// What a failing read costs: the kernel gives up a page at a time, so no smaller unit is lost for
/// less.
constexpr std::uint64_t kUnreadableUnit = 4096;

/// Linux refuses longer reads (man 2 read: 0x7ffff000); one GiB is as good.
constexpr std::size_t kLongestRead = std::size_t{1} << 30;

class OsStream : public ByteStream {
 public:
  explicit OsStream(std::unique_ptr<OsFile> file) : file_(std::move(file)) {
    file_->expect_sequential_read();
  }

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t got = file_->read_at(offset_, out, damage_);
    offset_ += got;
    return got;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    const std::uint64_t size = file_->size();
    // Near the end the file may have grown since it was opened: read() finds the end then.
    if (offset_ > size || count > size - offset_) return ByteStream::skip(count);
    offset_ += count;
    return count;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  std::unique_ptr<OsFile> file_;
  std::uint64_t offset_ = 0;
  DamageList damage_;
};

rlim_t open_file_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

std::string system_reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

OsFile::OsFile(int fd, std::uint64_t size, std::optional<Timestamp> modified)
    : fd_(fd), size_(size), modified_(modified) {}

OsFile::~OsFile() {
  ::close(fd_);
}

Result<std::unique_ptr<OsFile>> OsFile::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  // O_NONBLOCK: opening a pipe without a writer would wait for ever; it changes nothing for files.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  int fd = ::open(path.c_str(), kFlags);
  if (fd < 0 && errno == EMFILE) {
    raise_open_file_limit();
    fd = ::open(path.c_str(), kFlags);
  }
  if (fd < 0) {
    const int error = errno;
    if (error == EMFILE)
      return fail(ErrorKind::unreadable, "cannot open " + name,
                  "this system allows a process " + std::to_string(open_file_limit()) +
                      " open files, and the inputs have more",
                  "raise the limit (ulimit -Hn) or join the segments");
    const bool missing = error == ENOENT || error == ENOTDIR;
    return fail(missing ? ErrorKind::not_found : ErrorKind::unreadable, "cannot open " + name,
                system_reason(error),
                missing ? "check the path" : "check the permissions of the file");
  }
  return adopt(fd, name);
}

Result<std::unique_ptr<OsFile>> OsFile::adopt(int fd, const std::string& name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    const int error = errno;
    ::close(fd);
    return fail(ErrorKind::unreadable, "cannot open " + name, system_reason(error));
  }
  std::uint64_t size = 0;
  if (S_ISBLK(info.st_mode)) {
    unsigned long long bytes = 0;
    if (::ioctl(fd, BLKGETSIZE64, &bytes) != 0) {
      const int error = errno;
      ::close(fd);
      return fail(ErrorKind::unreadable, "cannot tell the size of " + name, system_reason(error));
    }
    size = bytes;
  } else if (S_ISREG(info.st_mode)) {
    size = static_cast<std::uint64_t>(info.st_size);
  } else {
    ::close(fd);
    return fail(ErrorKind::not_evidence, name + " is no file",
                S_ISDIR(info.st_mode) ? "it is a folder" : "it is a pipe, a socket or a device",
                "give an image, a log file or a folder");
  }
  const auto modified = file_time(info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  return std::unique_ptr<OsFile>(new OsFile(fd, size, modified));
}

std::size_t OsFile::read_at(std::uint64_t offset, std::span<std::byte> out, DamageList& damage) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::uint64_t at = offset + filled;
    const ssize_t got =
        ::pread(fd_, out.data() + filled, std::min(out.size() - filled, kLongestRead),
                static_cast<off_t>(at));
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
      continue;
    }
    if (got == 0) break;
    if (errno == EINTR) continue;
    if (at >= size_) break;
    const std::string reason = "read error: " + system_reason(errno);
    const std::uint64_t unit_end = std::min((at / kUnreadableUnit + 1) * kUnreadableUnit, size_);
    const std::size_t lost =
        static_cast<std::size_t>(std::min<std::uint64_t>(unit_end - at, out.size() - filled));
    std::memset(out.data() + filled, 0, lost);
    damage.add({at, at + lost}, reason);
    filled += lost;
  }
  return filled;
}

void OsFile::expect_sequential_read() {
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::unique_ptr<ByteStream>> open_os_stream(const std::filesystem::path& path) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return make_os_stream(std::move(*file));
}

std::unique_ptr<ByteStream> make_os_stream(std::unique_ptr<OsFile> file) {
  return std::make_unique<OsStream>(std::move(file));
}

std::string os_location(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(path, ignored);
  return (ignored ? path : absolute).lexically_normal().string();
}

}  // namespace pidometer
