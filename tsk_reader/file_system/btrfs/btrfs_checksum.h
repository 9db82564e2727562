#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pidometer {

/// The superblock's csum_type (fs/btrfs/fs.h, struct btrfs_csums).
enum class BtrfsChecksum : std::uint16_t { crc32c = 0, xxhash64 = 1, sha256 = 2, blake2b = 3 };

/// Room of a checksum at the start of a tree block and of the superblock.
inline constexpr std::size_t kBtrfsChecksumField = 32;

std::optional<BtrfsChecksum> btrfs_checksum_kind(std::uint16_t csum_type);

/// Bytes of one checksum: 4, 8, 32, 32.
std::size_t btrfs_checksum_size(BtrfsChecksum kind);

/// As stored on disk; what is beyond its size is 0.
std::array<std::byte, kBtrfsChecksumField> btrfs_checksum(BtrfsChecksum kind,
                                                          std::span<const std::byte> bytes);

/// Whether `stored` (at least the checksum's size) is the checksum of `bytes`.
bool btrfs_checksum_matches(BtrfsChecksum kind, std::span<const std::byte> bytes,
                            std::span<const std::byte> stored);

}  // namespace pidometer
