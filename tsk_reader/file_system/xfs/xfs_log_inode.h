#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

inline constexpr std::uint16_t kXfsInodeMagic = 0x494e;  // IN
/// Bytes of an inode before its forks, versions 1 and 2, and 3.
inline constexpr std::size_t kXfsCoreV2 = 100;
inline constexpr std::size_t kXfsCoreV3 = 176;

/// Writes a logged inode's core (struct xfs_log_dinode of version 3, kXfsCoreV3 bytes,
/// little-endian) into `inode` as it is on the disk, as xfs_log_dinode_to_disk does. The checksum
/// stays as it is.
void write_xfs_log_core(std::span<const std::byte> core, std::uint64_t lsn,
                        std::span<std::byte> inode);

/// Writes the root of a v5 file's map, logged as a block of its tree, into the inode's data fork
/// (xfs_bmbt_to_bmdr). False where it makes no sense.
bool write_xfs_map_root(std::span<const std::byte> logged, std::span<std::byte> fork);

/// A v5 inode not yet used, as xfs_ialloc_inode_init makes it. `inode` is all zeros.
void write_xfs_new_inode(const XfsSuperblock& super, std::uint64_t number, std::uint32_t generation,
                         std::span<std::byte> inode);

}  // namespace pidometer
