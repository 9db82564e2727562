#pragma once

#include <cstdint>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

namespace pidometer {

/// Bytes of a file, as stored, that are as they are only because of the replay: all where the inode
/// held no file before, or another; else what lies past the old end, and of what was mapped or
/// journalled anew what reads otherwise (in one range a block: from its first such byte to its
/// last). Sorted, disjoint. Reads no more of the file than what was mapped or journalled anew.
Result<std::vector<ByteRange>> replayed_ranges(ExtFileSystem& before, ExtFileSystem& after,
                                               const OverlaySource& overlay, std::uint64_t inode);

}  // namespace pidometer
