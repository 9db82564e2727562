#pragma once

#include <vector>

#include "base/log_file.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// Bytes of the volume that hold neither files nor structures: the records of every allocation
/// group's free-space tree by block number (bnobt), and the blocks that its free list (AGFL) keeps
/// ready. Sorted, merged. What is corrupt is a warning, and counts as taken.
std::vector<ByteRange> read_xfs_free_space(XfsVolume& volume);

}  // namespace pidometer
