#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/temporary_name.h"

namespace pidometer {
namespace {

bool is_standard_output(const std::string& name) {
  return name.empty() || name == "-";
}

/// Where a file without a name can get one from (open(2), O_TMPFILE).
std::string link_of(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

/// With its last slash; of a name alone the working folder.
std::string folder_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? "." : name.substr(0, slash + 1);
}

/// A file without a name in the folder of `name`: whatever ends the program takes it along. -1
/// where the filesystem has none, or /proc is not there.
int open_nameless(const std::string& name) {
  const int descriptor = open(folder_of(name).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0 || access(link_of(descriptor).c_str(), F_OK) == 0) return descriptor;
  close(descriptor);
  return -1;
}

/// How often a temporary name is tried that somebody else has.
constexpr int kAttempts = 100;

/// A temporary name that nobody has, most likely: with letters as mkostemp() gives them, for
/// whoever tidies up knows it by them.
std::string new_temporary_name(const std::string& name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string temporary = temporary_name(name);
  for (std::size_t at = temporary.size() - kTemporaryLetters.size(); at < temporary.size(); ++at)
    temporary[at] = kLetters[letter(random)];
  return temporary;
}

/// A file under a temporary name, which `temporary` becomes; -1: errno says why not. Not by
/// mkostemp(), which makes files for the owner only: the umask cannot be asked for without being
/// changed for all threads.
int open_named(const std::string& name, std::string& temporary) {
  for (int i = 0; i < kAttempts; ++i) {
    temporary = new_temporary_name(name);
    const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
  return -1;
}

/// The descriptor of this process that a name leads to: /dev/stdout, /dev/fd/3, /proc/self/fd/3.
/// The file behind it is written where the descriptor stands: it is no file to be replaced by its
/// name, which would be that of a device. -1: none.
int own_descriptor(const std::string& name) {
  namespace fs = std::filesystem;
  // As many as the kernel follows (path_resolution(7)).
  constexpr int kMostLinks = 40;
  std::error_code error;
  fs::path path = fs::absolute(name, error);
  const std::string own = "/proc/" + std::to_string(getpid()) + "/";
  for (int i = 0; i < kMostLinks && !error; ++i) {
    const fs::path folder = fs::canonical(path.parent_path(), error);
    const std::string number = path.filename().string();
    if (error) break;
    if (folder.string().starts_with(own) && folder.filename() == "fd") {
      int descriptor = -1;
      const char* const end = number.data() + number.size();
      const auto read = std::from_chars(number.data(), end, descriptor);
      return read.ec == std::errc() && read.ptr == end ? descriptor : -1;
    }
    path = folder / fs::read_symlink(folder / number, error);
  }
  return -1;
}

/// Keeps the names of a folder through a loss of power, where its filesystem can be asked to.
void sync_folder(const std::string& name) {
  const int folder = open(folder_of(name).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

bool give_name(int descriptor, const std::string& name) {
  return linkat(AT_FDCWD, link_of(descriptor).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) ==
         0;
}

/// The same in the place of a file that has the name: link(2) never replaces one, rename(2) does.
bool take_name(int descriptor, const std::string& name) {
  for (int i = 0; i < kAttempts; ++i) {
    const std::string temporary = new_temporary_name(name);
    if (give_name(descriptor, temporary)) {
      if (std::rename(temporary.c_str(), name.c_str()) == 0) return true;
      const int reason = errno;
      unlink(temporary.c_str());
      errno = reason;
      return false;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& name, bool overwrite) {
  if (is_standard_output(name)) return OutputFile(stdout, "standard output", {});
  if (const int own = own_descriptor(name); own >= 0) {
    const int descriptor = fcntl(own, F_DUPFD_CLOEXEC, 0);
    std::FILE* stream = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
    if (stream == nullptr) {
      const int reason = errno;
      if (descriptor >= 0) close(descriptor);
      return fail(ErrorKind::output, "cannot write " + name, std::strerror(reason));
    }
    return OutputFile(stream, name, {});
  }
  struct stat status {};
  const bool exists = stat(name.c_str(), &status) == 0;
  if (!exists && !overwrite && lstat(name.c_str(), &status) == 0)
    return fail(ErrorKind::usage, "will not overwrite " + name,
                "it is a link that leads to no file",
                "give the name that it leads to, or add --force to replace the link");
  if (exists && S_ISDIR(status.st_mode))
    return fail(ErrorKind::usage, "cannot write " + name, "it is a folder",
                "give the name of a file");
  if (exists && S_ISBLK(status.st_mode))
    return fail(ErrorKind::usage, "will not write to " + name, "it is a disk",
                "give the name of a file");
  if (exists && !S_ISREG(status.st_mode)) {
    std::FILE* stream = std::fopen(name.c_str(), "we");
    if (stream == nullptr)
      return fail(ErrorKind::output, "cannot write " + name, std::strerror(errno));
    return OutputFile(stream, name, {});
  }
  if (exists && !overwrite)
    return fail(ErrorKind::usage, "will not overwrite " + name, "the file exists",
                "add --force, or give another name");
  std::string temporary;
  int descriptor = open_nameless(name);
  const bool nameless = descriptor >= 0;
  if (!nameless) descriptor = open_named(name, temporary);
  if (descriptor < 0)
    return fail(ErrorKind::output, "cannot write " + name, std::strerror(errno),
                "check that its folder exists and may be written");
  std::FILE* stream = fdopen(descriptor, "w");
  if (stream == nullptr) {
    const int reason = errno;
    close(descriptor);
    if (!nameless) unlink(temporary.c_str());
    return fail(ErrorKind::output, "cannot write " + name, std::strerror(reason));
  }
  OutputFile file(stream, name, std::move(temporary));
  file.nameless_ = nameless;
  file.overwrite_ = overwrite;
  return file;
}

OutputFile::OutputFile(std::FILE* stream, std::string name, std::string temporary)
    : stream_(stream),
      name_(std::move(name)),
      temporary_(std::move(temporary)),
      half_written_(temporary_) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : stream_(std::exchange(other.stream_, nullptr)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})),
      half_written_(std::move(other.half_written_)),
      nameless_(other.nameless_),
      overwrite_(other.overwrite_),
      reserved_(other.reserved_) {}

OutputFile::~OutputFile() {
  if (stream_ != nullptr && stream_ != stdout) std::fclose(stream_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Error OutputFile::write_error() const {
  // commit() alone meets it: create() refuses what is there already.
  if (errno == EEXIST)
    return Error{ErrorKind::output, "cannot write " + name_,
                 "a file of that name appeared meanwhile and was left",
                 "add --force, or give another name"};
  return Error{ErrorKind::output, "cannot write " + name_, std::strerror(errno),
               temporary_.empty() && !nameless_
                   ? "what was written before is not complete"
                   : "nothing was left under that name; free room or choose another place"};
}

Result<void> OutputFile::reserve(std::uint64_t bytes) {
  if (temporary_.empty() && !nameless_) return {};
  reserved_ = true;
  const int descriptor = fileno(stream_);
  if (fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0) return {};
  if (errno != EOPNOTSUPP && errno != ENOSYS) return tl::unexpected(write_error());
  // As NFS before 4.2: bytes take room wherever files do.
  static constexpr std::array<char, 65536> kZeros{};
  for (std::uint64_t at = 0; at < bytes;) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(kZeros.size(), bytes - at));
    const ssize_t put = pwrite(descriptor, kZeros.data(), part, static_cast<off_t>(at));
    if (put < 0) return tl::unexpected(write_error());
    at += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size())
    return tl::unexpected(write_error());
  return {};
}

Result<void> OutputFile::set_modified(Timestamp modified) {
  if (std::fflush(stream_) != 0) return tl::unexpected(write_error());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(modified);
  timespec times[2] = {};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = seconds.time_since_epoch().count();
  times[1].tv_nsec = (modified - seconds).count() * 1000;
  if (futimens(fileno(stream_), times) != 0)
    return fail(ErrorKind::output, "cannot set the modification time of " + name_,
                std::strerror(errno));
  return {};
}

Result<void> OutputFile::commit() {
  if (std::fflush(stream_) != 0) return tl::unexpected(write_error());
  if (temporary_.empty() && !nameless_) return {};
  if (reserved_ && ftruncate(fileno(stream_), ftello(stream_)) != 0)
    return tl::unexpected(write_error());
  if (fsync(fileno(stream_)) != 0) return tl::unexpected(write_error());
  if (nameless_) {
    const int descriptor = fileno(stream_);
    if (!(overwrite_ ? take_name(descriptor, name_) : give_name(descriptor, name_)))
      return tl::unexpected(write_error());
    std::fclose(std::exchange(stream_, nullptr));  // all of it is on the disk
    sync_folder(name_);
    return {};
  }
  const int closed = std::fclose(std::exchange(stream_, nullptr));
  if (closed != 0) return tl::unexpected(write_error());
  // link() instead of rename() where nothing may be overwritten: a file that appeared meanwhile
  // stays whole.
  if (overwrite_) {
    if (std::rename(temporary_.c_str(), name_.c_str()) != 0) return tl::unexpected(write_error());
  } else if (link(temporary_.c_str(), name_.c_str()) == 0) {
    unlink(temporary_.c_str());
  } else if (errno == EEXIST || std::rename(temporary_.c_str(), name_.c_str()) != 0) {
    return tl::unexpected(write_error());
  }
  temporary_.clear();
  sync_folder(name_);
  return {};
}

Result<void> write_whole_file(const std::string& name, bool overwrite, std::string_view bytes) {
  Result<OutputFile> file = OutputFile::create(name, overwrite);
  if (!file) return tl::unexpected(file.error());
  Result<void> written = file->write(bytes);
  return written ? file->commit() : written;
}

}  // namespace pidometer
