#pragma once

#include <tsk/libtsk.h>

#include <cstddef>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// A volume more fragmented is searched no further: each range takes some 30 bytes of the 256 MiB
/// that a list of all volumes of an image may have (kMostListingParts): thirty such volumes.
inline constexpr std::size_t kMostTskFreeRanges = 250'000;

struct TskFreeSpace {
  std::vector<ByteRange> ranges;  ///< bytes of the volume; sorted, disjoint
  bool complete = true;           ///< false: more than kMostTskFreeRanges
};

/// What libtsk's allocation map says is free (tsk_fs_block_walk). Errors: libtsk cannot tell.
Result<TskFreeSpace> tsk_unallocated(TSK_FS_INFO* fs, StructureReader& reader);

}  // namespace pidometer
