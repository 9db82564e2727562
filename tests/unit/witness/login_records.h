#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/witness/utmp_record.h"

namespace pidometer::test {

/// One login record's bytes in a layout.
inline std::string login_record(const UtmpLayout& layout, unsigned type, std::uint32_t pid,
                                std::string_view line, std::string_view user, std::string_view host,
                                std::int64_t seconds, std::uint32_t microseconds = 0) {
  std::string bytes(layout.size, '\0');
  const auto put = [&](std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t place = layout.big_endian ? size - 1 - i : i;
      bytes[at + place] = static_cast<char>(value >> (8 * i) & 0xffU);
    }
  };
  put(0, 2, type);
  put(layout.pid, 4, pid);
  bytes.replace(layout.line, line.size(), line);
  bytes.replace(layout.user, user.size(), user);
  bytes.replace(layout.host, host.size(), host);
  put(layout.seconds, layout.seconds_size, static_cast<std::uint64_t>(seconds));
  if (layout.microseconds != 0) put(layout.microseconds, layout.seconds_size, microseconds);
  return bytes;
}

}  // namespace pidometer::test
