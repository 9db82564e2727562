#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// ext2, ext3 and ext4 through libext2fs (e2fsprogs), the reference implementation: docs/adr/0002.
/// libext2fs reads through an io_manager of our own that refuses every write. The volume must
/// outlive it. Errors: unreadable, unsupported (a feature that this libext2fs does not know).
Result<std::unique_ptr<FileSystem>> open_ext2fs(BlockSource& volume);

}  // namespace pidometer
