#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

namespace pidometer {

/// The geometry and features of an XFS, checked: every later calculation may trust it not to
/// overflow. On-disk format: "XFS Algorithms & Data Structures" (xfsprogs' documentation) and the
/// kernel's xfs_format.h; all numbers big-endian.
struct XfsSuperblock {
  std::uint32_t block_size = 0;   ///< bytes, 512 to 65536
  std::uint32_t sector_size = 0;  ///< bytes, 512 to 32768
  std::uint32_t inode_size = 0;   ///< bytes, 256 to 2048
  std::uint8_t block_log = 0;     ///< block_size = 1 << block_log
  std::uint8_t inodes_per_block_log = 0;
  std::uint8_t ag_block_log = 0;         ///< bits of a block's number within its allocation group
  std::uint8_t directory_block_log = 0;  ///< blocks a directory block, as a power of two
  std::uint64_t blocks = 0;              ///< of the data device
  std::uint32_t ag_blocks = 0;           ///< of every allocation group but the last
  std::uint32_t ag_count = 0;
  std::uint64_t root_inode = 0;
  std::uint64_t log_start = 0;   ///< block number in the form of its AG; 0: on a device of its own
  std::uint32_t log_blocks = 0;  ///< blocks
  std::array<std::byte, 16> uuid{};       ///< as v5 metadata carries it
  std::array<std::byte, 16> user_uuid{};  ///< as the log carries it; may be another (meta_uuid)

  std::uint32_t log_features = 0;  ///< sb_features_log_incompat

  bool v5 = false;             ///< checksums, owners and addresses in all metadata
  bool file_type = false;      ///< directory entries name the kind of their inode
  bool folds_case = false;     ///< ASCII names of either case are one
  bool needs_repair = false;   ///< a repair was begun and not ended
  bool in_progress = false;    ///< mkfs or a restore was not ended
  bool metadata_tree = false;  ///< metadir
  bool has_realtime = false;   ///< a realtime section exists
  bool checksum_good = true;   ///< v5

  std::uint64_t size() const { return blocks << block_log; }
  std::uint32_t directory_block_size() const { return block_size << directory_block_log; }

  /// Blocks of allocation group `ag`, 0 where there is no such group.
  std::uint32_t ag_length(std::uint64_t ag) const;
  /// Where an allocation group begins, bytes into the volume.
  std::uint64_t ag_offset(std::uint32_t ag) const {
    return std::uint64_t{ag} * ag_blocks << block_log;
  }
  /// Where `count` blocks from number `block` on (AG number in the upper bits) lie, bytes into the
  /// volume; nothing where they are not all within one allocation group.
  std::optional<std::uint64_t> block_offset(std::uint64_t block, std::uint64_t count) const;
  /// Where an inode lies, bytes into the volume; nothing where the geometry has no such number.
  std::optional<std::uint64_t> inode_offset(std::uint64_t inode) const;
};

/// Bytes that parse_xfs_superblock looks at, if the sector is that large.
inline constexpr std::size_t kLargestXfsSector = 32768;

/// `bytes`: the volume from its start, kLargestXfsSector of them or all there are. Errors:
/// unreadable where it makes no sense, unsupported for versions and features that are not read,
/// which are named.
Result<XfsSuperblock> parse_xfs_superblock(std::span<const std::byte> bytes);

}  // namespace pidometer
