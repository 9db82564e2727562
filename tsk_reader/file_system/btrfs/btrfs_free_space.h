#pragma once

#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "tsk_reader/file_system/btrfs/btrfs_chunk_map.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// Bytes of the volume that hold neither files nor structures: of every chunk what no item of the
/// extent tree and nothing of `logged` (logical addresses that a replayed log refers to; sorted,
/// disjoint) takes, its first copy on this device; and of the device what is in no chunk, behind
/// the first MiB, which is kept for boot loaders. Superblocks are left out. What the trees have
/// lost counts as taken, and is a warning, as are chunks striped over several devices. Sorted,
/// disjoint.
/// Errors: unreadable where the extent tree is not found, or a part of it is doubtful: what it
/// lacks would be given out as free.
Result<std::vector<ByteRange>> read_btrfs_free_space(BtrfsVolume& volume,
                                                     const std::vector<ByteRange>& logged);

/// Bytes of the volume that a file of `size` bytes owns and that hold none of its data: what was
/// preallocated and never written, and what is behind its end.
std::vector<ByteRange> btrfs_slack(const BtrfsChunkMap& chunks,
                                   const std::vector<BtrfsFileExtent>& extents, std::uint64_t size);

}  // namespace pidometer
