#pragma once

#include <tsk/libtsk.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/extent_stream.h"

namespace pidometer {

/// Whether the blocks of an attribute hold its bytes as they are: not packed, not widened.
bool is_plain_tsk_data(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute);

/// The runs of a non-resident attribute as extents of `map`, whose size is set. Returns up to which
/// byte of the file the runs say where it lies; nothing where they claim more blocks than the
/// volume has, or more runs than any file.
std::optional<std::uint64_t> map_tsk_runs(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute,
                                          std::uint64_t volume_size, FileMap& map);

/// Bytes of the volume that a non-resident attribute owns and that hold none of its data: behind
/// its end, or behind what was ever written of it (NTFS's initialized size). Sorted, disjoint.
std::vector<ByteRange> tsk_slack(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute,
                                 std::uint64_t volume_size);

}  // namespace pidometer
