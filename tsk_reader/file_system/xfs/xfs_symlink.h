#pragma once

#include <string>

#include "tsk_reader/file_system/xfs/xfs_inode.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// The target of a symbolic link, kept in its inode or in blocks of its own (which have headers on
/// v5). Errors: no link, corrupt.
Result<std::string> read_xfs_symlink(XfsVolume& volume, const XfsInode& inode);

}  // namespace pidometer
