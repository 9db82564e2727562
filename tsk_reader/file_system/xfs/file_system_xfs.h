#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// XFS of versions 4 and 5, by pidometer's own reader (docs/adr/0005). The volume must outlive it.
/// Errors: unreadable where the superblock makes no sense, unsupported where it has a feature that
/// is not read.
Result<std::unique_ptr<FileSystem>> open_xfs(BlockSource& volume);

}  // namespace pidometer
