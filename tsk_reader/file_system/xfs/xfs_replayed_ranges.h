#pragma once

#include <cstdint>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// Bytes of a file that are as they are only because of the replay: all where the inode held no
/// file before, or another; else what lies past the old end, and of what was mapped elsewhere what
/// reads otherwise. `before` reads the volume as it is, `after` through the overlay.
/// Sorted, disjoint.
Result<std::vector<ByteRange>> xfs_replayed_ranges(XfsVolume& before, XfsVolume& after,
                                                   std::uint64_t inode);

}  // namespace pidometer
