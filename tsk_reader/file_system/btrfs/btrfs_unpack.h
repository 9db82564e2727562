#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pidometer {

/// The most bytes that one compressed extent unpacks to (BTRFS_MAX_UNCOMPRESSED, fs/btrfs/
/// compression.h), and the most that it may take up packed.
inline constexpr std::size_t kBtrfsLargestPacked = 128 * 1024;

struct BtrfsUnpacked {
  std::vector<std::byte> bytes;  ///< what came out, `unpacked` bytes at most
  std::string failure;           ///< why no more came out; empty where the packed data ended well
};

/// Unpacks an extent: zlib, zstd, or btrfs's own framing of LZO1X segments, a segment a sector
/// (fs/btrfs/lzo.c). `compression` as in the extent item. Data that end well before `unpacked`
/// bytes came are followed by zeros, as the kernel has it.
BtrfsUnpacked unpack_btrfs_extent(std::uint8_t compression, std::span<const std::byte> packed,
                                  std::size_t unpacked, std::size_t sector_size);

}  // namespace pidometer
