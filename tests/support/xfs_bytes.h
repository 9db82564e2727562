#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// Writes `value` big-endian at `at`, over what is there.
inline void put_be(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  std::string number(width, '\0');
  for (char& digit : number) digit = static_cast<char>(value >> (8 * --width) & 0xFFU);
  if (bytes.size() < at + number.size()) bytes.resize(at + number.size());
  bytes.replace(at, number.size(), number);
}
/// The same, little-endian.
inline void put_le(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  std::string number(width, '\0');
  for (char& digit : number) {
    digit = static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
  if (bytes.size() < at + number.size()) bytes.resize(at + number.size());
  bytes.replace(at, number.size(), number);
}
inline std::span<const std::byte> as_bytes(const std::string& bytes) {
  return std::as_bytes(std::span(bytes));
}

/// Writes the checksum of [begin, begin + size) at `begin + at`, as v5 structures have it.
inline void seal_xfs(std::string& bytes, std::size_t begin, std::size_t size, std::size_t at) {
  put_le(bytes, begin + at, 0, 4);
  const std::uint32_t crc = crc32c(0xFFFFFFFFU, as_bytes(bytes).subspan(begin, size));
  put_le(bytes, begin + at, ~crc, 4);
}

inline constexpr char kXfsUuid[] = "0123456789abcdef";

/// A superblock with blocks of 1 KiB, inodes of 512 bytes, two allocation groups of 100 and 80
/// blocks (7 bits of block number), a log of 70 blocks from block 20 of group 1 on, the root in
/// block 8 of group 0. Sealed.
inline std::string xfs_superblock(bool v5 = true) {
  std::string sector(512, '\0');
  sector.replace(0, 4, "XFSB");
  put_be(sector, 4, 1024, 4);
  put_be(sector, 8, 180, 8);
  sector.replace(32, 16, kXfsUuid);
  put_be(sector, 48, 128 + 5, 8);
  put_be(sector, 56, 8 * 2, 8);
  put_be(sector, 84, 100, 4);
  put_be(sector, 88, 2, 4);
  put_be(sector, 96, 70, 4);
  put_be(sector, 100, v5 ? 0xb4a5 : 0xb4a4, 2);
  put_be(sector, 102, 512, 2);
  put_be(sector, 104, 512, 2);
  const char logs[] = {10, 9, 9, 1, 7};
  sector.replace(120, 5, logs, 5);
  if (v5)
    put_be(sector, 216, 0x3, 4);
  else
    put_be(sector, 200, 0x200, 4);
  seal_xfs(sector, 0, 512, 224);
  return sector;
}

inline XfsSuperblock xfs_geometry(bool v5 = true) {
  return *parse_xfs_superblock(as_bytes(xfs_superblock(v5)));
}

}  // namespace pidometer
