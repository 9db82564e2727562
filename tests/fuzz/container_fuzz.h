#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsk_reader/container/image_chain.h"

namespace pidometer {

/// The bytes as a file in memory, opened as a container of that kind. Names in it are looked for in
/// the folder of its descriptor, where there are none but open files.
inline int read_container(const std::uint8_t* data, std::size_t size, Content content) {
  const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0) return 0;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const bool written = size > 0 && write(fd, data, size) == static_cast<ssize_t>(size);
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (written && file) {
    InputReport report;
    ImageChain chain(report);
    const auto source = chain.open(content, std::move(*file), path);
    if (source) {
      std::vector<std::byte> buffer(70'000);
      const std::uint64_t end = (*source)->size();
      for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{65'000}, end / 3, end / 2,
                                     end - std::min<std::uint64_t>(end, 50'000), end})
        if (!(*source)->read_at(at, buffer)) break;
      std::uint64_t before = 0;
      for (const DamagedRange& one : (*source)->damage({0, kUnknownEnd})) {
        if (one.range.begin < before || one.range.end <= one.range.begin) __builtin_trap();
        before = one.range.end;
      }
    }
  }
  close(fd);
  return 0;
}

}  // namespace pidometer
