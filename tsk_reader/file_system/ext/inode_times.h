#pragma once

#include <ext2fs/ext2fs.h>

#include <cstddef>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// Fills in the times of `node`. `inode_size`: of the filesystem; what lies behind the classic 128
/// bytes, the finer halves and the birth time, is taken as far as the inode says that it has it
/// (i_extra_isize). Source: Linux, fs/ext4/ext4.h, EXT4_INODE_GET_XTIME.
void set_times(FileNode& node, const ext2_inode_large& fields, std::size_t inode_size);

}  // namespace pidometer
