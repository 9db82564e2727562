#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/file_system/file_system.h"
#include "tsk_reader/file_system/xfs/xfs_extents.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// Names found in a directory or a part of it, and why there may be more.
struct XfsNames {
  std::vector<DirectoryEntry> entries;
  std::string fault;  ///< the first; empty where all was read
};

/// A short-form directory: all of it in the inode. `bytes`: the directory's size, at most the fork.
/// Adds to `names`.
void parse_xfs_short_directory(const XfsSuperblock& super, std::span<const std::byte> bytes,
                               XfsNames& names);

/// A directory block with entries: the only one of a block directory or one of the data blocks of a
/// larger one. Entries are taken in order, as readdir does; the index of names is not needed.
/// `bytes`: directory_block_size of them. Adds to `names`.
void parse_xfs_directory_block(const XfsSuperblock& super, std::span<const std::byte> bytes,
                               XfsNames& names);

/// All names of a directory of any form. What is corrupt is a warning, and the rest is delivered.
/// Errors: the inode is no directory.
Result<std::vector<DirectoryEntry>> list_xfs_directory(XfsVolume& volume, const XfsInode& inode);

}  // namespace pidometer
