#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "plugin/witness/witness_line.h"

namespace pidometer {

/// Where the fields of a login record lie; bytes from its start. All have a 16-bit type and a
/// 32-bit PID.
struct UtmpLayout {
  std::string_view name;
  std::string_view source;
  std::size_t size;
  std::size_t pid, line, line_size, id, id_size, user, user_size, host, host_size;
  std::size_t seconds;       ///< since 1970 UTC
  std::size_t seconds_size;  ///< 4 or 8
  std::size_t microseconds;  ///< as wide as the seconds; 0: the form has none
  bool big_endian;
};

/// The table: glibc with 32-bit times (all of i386 and x86-64 Linux since libc6), with 64-bit
/// times (arm64 and other 64-bit ports), libc5, each in both byte orders.
std::span<const UtmpLayout> utmp_layouts();

/// Records at the head of a file that decide its layout.
inline constexpr std::size_t kUtmpSample = 64;

/// The layout in which most of the records at the head of a file make sense; nullptr where none
/// does. Bytes that are too few for a record decide nothing.
const UtmpLayout* find_utmp_layout(std::span<const std::byte> head);

/// One record, which is `layout.size` bytes long. `unread` where it is no login record.
WitnessLine parse_utmp_record(const UtmpLayout& layout, std::span<const std::byte> record);

/// The same in words, for people: `DEAD_PROCESS pts/0 id /0 user root host 192.0.2.7`.
std::string describe_utmp_record(const UtmpLayout& layout, std::span<const std::byte> record);

}  // namespace pidometer
