#pragma once

#include <cstdint>
#include <span>

#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// Up to which log sequence number a v5 structure on the disk is current, by its magic number; 0
/// where it does not say, belongs to another filesystem or is not recognised (what the log has is
/// then always replayed). As xlog_recover_get_buf_lsn (xfs_buf_item_recover.c).
std::uint64_t xfs_metadata_lsn(const XfsSuperblock& super, std::span<const std::byte> bytes);

}  // namespace pidometer
