#include "cli/known_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/time_argument.h"

namespace pidometer {
namespace {

/// A list of a century of nightly backups has 4 MB.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

Error unreadable(const std::string& name, const std::string& reason) {
  return {ErrorKind::usage, name + " cannot be read for --known", reason,
          "give a CSV or JSON file of windows"};
}

}  // namespace

Result<KnownWindows> read_known_file(const std::string& name, const TimeZone& zone) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return tl::unexpected(unreadable(name, std::strerror(errno)));
  std::string bytes;
  char block[65536];
  while (const std::size_t got = std::fread(block, 1, sizeof block, file.get())) {
    bytes.append(block, got);
    if (bytes.size() > kMostBytes)
      return tl::unexpected(unreadable(name, "it is larger than 64 MB"));
  }
  if (std::ferror(file.get()) != 0) return tl::unexpected(unreadable(name, std::strerror(errno)));
  return read_known_windows(bytes, name,
                            [&zone](const std::string& text) { return parse_time(text, zone); });
}

}  // namespace pidometer
