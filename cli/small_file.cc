#include "cli/small_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace pidometer {

Result<std::string> read_small_file(const std::string& name, const std::string& flag,
                                    const std::string& help, std::size_t most_mb) {
  const auto unreadable = [&](const std::string& reason) {
    return fail(ErrorKind::usage, name + " cannot be read for " + flag, reason, help);
  };
  // A pipe that nobody writes must not hold the program, and of one that somebody does its bytes
  // could not be read again, by the process of each image and for the record of the run.
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0) return unreadable(std::strerror(errno));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(::fdopen(descriptor, "rb"),
                                                             std::fclose);
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return unreadable(std::strerror(errno));
  if (S_ISDIR(info.st_mode)) return unreadable(std::strerror(EISDIR));
  if (!S_ISREG(info.st_mode))
    return fail(ErrorKind::usage, name + " cannot be read for " + flag,
                "it is a pipe or a device, and is read more than once",
                "write what it gives to a file, and give that");
  std::string bytes;
  char block[65536];
  while (const std::size_t got = std::fread(block, 1, sizeof block, file.get())) {
    bytes.append(block, got);
    if (bytes.size() > most_mb << 20)
      return unreadable(fmt::format("it is larger than {} MB", most_mb));
  }
  if (std::ferror(file.get()) != 0) return unreadable(std::strerror(errno));
  return bytes;
}

}  // namespace pidometer
