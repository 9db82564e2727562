#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

bool is_standard_output(const std::string& name) {
  return name.empty() || name == "-";
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& name, bool overwrite) {
  if (is_standard_output(name)) return OutputFile(stdout, "standard output", {});
  struct stat status {};
  const bool exists = stat(name.c_str(), &status) == 0;
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
  std::string temporary = name + ".XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0)
    return fail(ErrorKind::output, "cannot write " + name, std::strerror(errno),
                "check that its folder exists and may be written");
  // mkstemp makes files for the owner only; results are to be read like any other file.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
  std::FILE* stream = fdopen(descriptor, "w");
  if (stream == nullptr) {
    const int reason = errno;
    close(descriptor);
    unlink(temporary.c_str());
    return fail(ErrorKind::output, "cannot write " + name, std::strerror(reason));
  }
  OutputFile file(stream, name, std::move(temporary));
  file.overwrite_ = overwrite;
  return file;
}

OutputFile::OutputFile(std::FILE* stream, std::string name, std::string temporary)
    : stream_(stream), name_(std::move(name)), temporary_(std::move(temporary)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : stream_(std::exchange(other.stream_, nullptr)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})),
      overwrite_(other.overwrite_) {}

OutputFile::~OutputFile() {
  if (stream_ != nullptr && stream_ != stdout) std::fclose(stream_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Error OutputFile::write_error() const {
  return Error{ErrorKind::output, "cannot write " + name_, std::strerror(errno),
               temporary_.empty()
                   ? "what was written before is not complete"
                   : "nothing was left under that name; free room or choose another place"};
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size())
    return tl::unexpected(write_error());
  return {};
}

Result<void> OutputFile::commit() {
  if (std::fflush(stream_) != 0) return tl::unexpected(write_error());
  if (temporary_.empty()) return {};
  if (fsync(fileno(stream_)) != 0) return tl::unexpected(write_error());
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
  return {};
}

}  // namespace pidometer
