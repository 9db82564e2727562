#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/btrfs/btrfs_checksum.h"
#include "tsk_reader/file_system/btrfs/btrfs_format.h"
#include "tsk_reader/file_system/btrfs/btrfs_warnings.h"

namespace pidometer {

/// A tree by its topmost block.
struct BtrfsTreeRoot {
  std::uint64_t logical = 0;     ///< address of the block
  std::uint64_t generation = 0;  ///< that the block must have; 0: not known
  std::uint8_t level = 0;
};

/// struct btrfs_super_block (include/uapi/linux/btrfs_tree.h), as far as reading needs it.
struct BtrfsSuper {
  BtrfsChecksum checksum = BtrfsChecksum::crc32c;
  BtrfsUuid fsid{};
  BtrfsUuid metadata_fsid{};  ///< what tree blocks carry: another one after `btrfstune -m`
  std::uint64_t generation = 0;
  BtrfsTreeRoot root_tree;
  BtrfsTreeRoot chunk_tree;
  BtrfsTreeRoot log_tree;         ///< logical 0: nothing was logged since the last commit
  std::uint64_t total_bytes = 0;  ///< of all devices
  std::uint64_t device_bytes = 0;
  std::uint64_t device_id = 0;
  BtrfsUuid device_uuid{};
  std::uint64_t devices = 0;
  std::uint32_t sector_size = 0;
  std::uint32_t node_size = 0;
  std::uint64_t incompatible = 0;
  bool is_seed = false;
  std::string label;
  std::vector<std::byte> system_chunks;  ///< sys_chunk_array: keys and chunk items
};

inline constexpr std::size_t kBtrfsSuperBytes = 4096;
inline constexpr std::uint64_t kBtrfsSuperOffset = 64 * 1024;
/// Of the magic `_BHRfS_M` within the superblock.
inline constexpr std::size_t kBtrfsMagicOffset = 64;
inline constexpr std::uint64_t kBtrfsMirrorOffset = std::uint64_t{64} << 20;

/// Fields within their bounds; the checksum is not looked at. Nothing where the bytes are no
/// superblock or its sizes make no sense.
std::optional<BtrfsSuper> parse_btrfs_super(std::span<const std::byte> bytes);

/// Of the copies at 64 KiB, 64 MiB and 256 GiB the whole one of the highest generation; where none
/// is whole, the first that makes sense, which is said. Errors: unreadable; unsupported where a
/// feature is not known or changes where data lie.
Result<BtrfsSuper> read_btrfs_super(BlockSource& volume, BtrfsWarnings& warnings);

}  // namespace pidometer
