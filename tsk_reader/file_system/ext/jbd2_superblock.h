#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace pidometer {

/// First word of every block of jbd2's own (Linux, include/linux/jbd2.h), big-endian as all that
/// jbd2 writes. Journalled blocks that begin so by chance are escaped.
inline constexpr std::uint32_t kJbd2Magic = 0xC03B3998;

/// A longer log than mke2fs makes (mke2fs(8), `-J size=`: at most 10,240,000 blocks) is corrupt.
/// Bounds what the replay keeps in memory: 32 bytes a block.
inline constexpr std::uint32_t kMostJbd2Blocks = 10'240'000;

/// The superblock of an ext3/ext4 journal (journal_superblock_t in include/linux/jbd2.h; checks as
/// journal_check_superblock() in fs/jbd2/journal.c). Block numbers count from the journal's start.
struct Jbd2Superblock {
  std::uint32_t version = 0;  ///< 1 or 2; the features of a version 1 are 0
  std::uint32_t block_size = 0;
  std::uint32_t blocks = 0;    ///< of the whole journal
  std::uint32_t first = 0;     ///< block of the ring
  std::uint32_t sequence = 0;  ///< of the first transaction that waits
  std::uint32_t start = 0;     ///< where it begins; 0 where none waits
  std::uint32_t compatible = 0;
  std::uint32_t incompatible = 0;
  std::uint32_t fast_commit_blocks = 0;  ///< behind the ring; 0 without that feature
  std::uint32_t seed = 0;                ///< crc32c of the UUID: all checksums begin with it
  bool checksum_failed = false;          ///< of this superblock

  bool has_revokes() const { return (incompatible & 0x1) != 0; }
  bool has_64bit() const { return (incompatible & 0x2) != 0; }
  bool has_async_commit() const { return (incompatible & 0x4) != 0; }
  bool has_checksum_v2() const { return (incompatible & 0x8) != 0; }
  bool has_checksum_v3() const { return (incompatible & 0x10) != 0; }
  bool has_fast_commit() const { return (incompatible & 0x20) != 0; }
  /// One checksum of a whole transaction in its commit block (version 1).
  bool has_commit_checksum() const { return (compatible & 0x1) != 0; }
  /// Checksums of each block (versions 2 and 3).
  bool has_block_checksums() const { return has_checksum_v2() || has_checksum_v3(); }

  /// The block behind the ring's last.
  std::uint32_t ring_end() const { return blocks - fast_commit_blocks; }
  std::uint32_t ring_size() const { return ring_end() - first; }
  /// The block `distance` (at most ring_size()) behind `block` of the ring.
  std::uint32_t after(std::uint32_t block, std::uint32_t distance = 1) const {
    const std::uint64_t next = std::uint64_t{block} + distance;
    return static_cast<std::uint32_t>(next < ring_end() ? next : next - ring_size());
  }
};

/// From the journal's first block (1024 bytes of it suffice). `block_size` is the filesystem's,
/// `file_blocks` what the journal's file holds. Errors: unreadable where it cannot be right,
/// unsupported where it has a feature that no kernel up to 6.18 knows.
Result<Jbd2Superblock> parse_jbd2_superblock(std::span<const std::byte> bytes,
                                             std::uint32_t block_size, std::uint64_t file_blocks);

/// Whether transaction `a` comes after `b`: the numbers wrap (tid_gt() in jbd2.h).
inline bool is_later_transaction(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) > 0;
}

/// jbd2_chksum(): crc32c without a final complement.
std::uint32_t jbd2_checksum(std::uint32_t seed, std::span<const std::byte> bytes);

}  // namespace pidometer
