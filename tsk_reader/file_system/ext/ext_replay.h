#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// ext2, ext3 or ext4 as a host would see it after mounting: where the filesystem was in use when
/// it was imaged, its journal is replayed in memory first (docs/adr/0006). What could not be
/// replayed is in warnings(). A filesystem that was unmounted costs nothing more than
/// open_ext2fs(). The volume must outlive it. Errors as open_ext2fs().
Result<std::unique_ptr<FileSystem>> open_ext(BlockSource& volume);

}  // namespace pidometer
