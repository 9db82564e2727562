#include "cli/small_file.h"

#include <fmt/format.h>

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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return unreadable(std::strerror(errno));
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
