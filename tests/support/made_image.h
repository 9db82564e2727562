#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace pidometer {

/// Runs a program without its output; true when it ended with 0.
inline bool run_quietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int started =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (started != 0) return false;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Bytes as a disk has them: a boot sector, stretches of zeros, text and noise that does not pack.
/// The same for the same seed.
inline std::string disk_bytes(std::size_t size, std::uint32_t seed) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (std::size_t at = 0; at < size; ++at) {
    const std::size_t kind = at / 20000 % 8;
    state = state * 1664525U + 1013904223U;
    if (kind == 7) continue;
    if (kind == 6) {
      bytes[at] = "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n"[at % 50];
    } else {
      bytes[at] = static_cast<char>(state >> 24U);
    }
  }
  bytes[510] = '\x55';
  bytes[511] = '\xaa';
  return bytes;
}

/// Makes an E01 of `raw` in segments of 1 MiB, the smallest that ewfacquire makes. Empty where
/// ewfacquire (ewf-tools) is not installed.
inline std::vector<std::string> make_ewf(const TemporaryFolder& folder, const std::string& raw,
                                         const std::string& name) {
  const std::string source = folder.write(name + ".source", raw);
  std::vector<std::string> segments;
  if (run_quietly({"ewfacquire", "-u", "-q", "-c", "fast", "-S", "1048576", "-t", folder.file(name),
                   source})) {
    for (int i = 1; std::filesystem::exists(folder.file(name + ".E0" + std::to_string(i))); ++i) {
      segments.push_back(folder.file(name + ".E0" + std::to_string(i)));
    }
  }
  std::filesystem::remove(source);
  return segments;
}

/// Writes a set identifier into a segment, as acquisition tools other than Debian's ewfacquire do,
/// which leaves zeros there: 16 times `byte`, in each description of the media.
inline void set_ewf_identifier(const std::string& path, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  for (std::size_t at = 13; at + 76 <= bytes.size();) {
    std::uint64_t next = 0;
    std::memcpy(&next, &bytes[at + 16], 8);
    const std::string type = bytes.c_str() + at;
    if (type == "volume" || type == "disk" || type == "data") {
      constexpr std::size_t kVolumeBytes = 1052;
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 76 + 64), 16, byte);
      std::uint32_t a = 1;  // Adler-32
      std::uint32_t b = 0;
      for (std::size_t i = 0; i < kVolumeBytes - 4; ++i) {
        a = (a + static_cast<unsigned char>(bytes[at + 76 + i])) % 65521;
        b = (b + a) % 65521;
      }
      const std::uint32_t sum = b << 16U | a;
      std::memcpy(&bytes[at + 76 + kVolumeBytes - 4], &sum, 4);
    }
    if (next <= at) break;
    at = next;
  }
  file.seekp(0);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Flips all bits of `count` bytes of a file.
inline void flip_bytes(const std::string& path, std::uint64_t offset, std::size_t count) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::streamoff>(offset + i);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(~byte));
  }
}

}  // namespace pidometer
