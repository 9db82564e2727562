#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// Integers of on-disk structures. Past the end of `bytes` they read as 0: callers compare magics.
inline std::uint64_t read_le(std::span<const std::byte> bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  if (at > bytes.size() || bytes.size() - at < width) return 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[at + i]);
  return value;
}
inline std::uint16_t le16(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(read_le(bytes, at, 2));
}
inline std::uint32_t le32(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read_le(bytes, at, 4));
}
inline std::uint64_t le64(std::span<const std::byte> bytes, std::size_t at) {
  return read_le(bytes, at, 8);
}
inline std::uint32_t be32(std::span<const std::byte> bytes, std::size_t at) {
  return __builtin_bswap32(le32(bytes, at));
}
inline std::uint64_t be64(std::span<const std::byte> bytes, std::size_t at) {
  return __builtin_bswap64(le64(bytes, at));
}
inline std::uint16_t be16(std::span<const std::byte> bytes, std::size_t at) {
  return __builtin_bswap16(le16(bytes, at));
}

}  // namespace pidometer
