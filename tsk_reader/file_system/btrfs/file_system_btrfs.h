#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// btrfs on one device, all subvolumes (docs/adr/0010). root() is the top level, number 5; paths
/// lead from it into the subvolumes. An inode number's upper 16 bits say in which subvolume it is
/// (an index, by the subvolumes' numbers), the lower 48 are btrfs's own number. The volume must
/// outlive it. Errors: unreadable, unsupported.
Result<std::unique_ptr<FileSystem>> open_btrfs(BlockSource& volume);

}  // namespace pidometer
