#pragma once

#include <tsk/libtsk.h>

#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// What libtsk's allocation map says is free (tsk_fs_block_walk), in bytes of the volume; sorted,
/// disjoint. Bounded by the volume's size and by a number of ranges. Errors: libtsk cannot tell.
Result<std::vector<ByteRange>> tsk_unallocated(TSK_FS_INFO* fs, StructureReader& reader);

}  // namespace pidometer
