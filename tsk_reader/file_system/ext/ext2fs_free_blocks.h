#pragma once

#include <ext2fs/ext2fs.h>

#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

namespace pidometer {

/// A volume more fragmented is searched no further: each range takes some 30 bytes of the 256 MiB
/// that a list of all volumes of an image may have (kMostListingParts): thirty such volumes.
inline constexpr std::size_t kMostFreeRanges = 250'000;

/// What the block bitmaps say is free, in bytes of the volume; sorted, disjoint. Clusters of
/// bigalloc and groups without a bitmap of their own (BLOCK_UNINIT) are libext2fs's business
/// (lib/ext2fs/rw_bitmaps.c). `failure` is the library's word where the bitmaps cannot be read.
struct FreeBlocks {
  std::vector<ByteRange> ranges;
  bool complete = true;  ///< false: more than kMostFreeRanges
  errcode_t failure = 0;
  errcode_t mistrusted = 0;  ///< a failed checksum, without which they were read all the same
};
FreeBlocks find_free_blocks(ext2_filsys handle);

/// What lies behind the end of a file in its last block, in bytes of the volume.
std::vector<ByteRange> find_slack(const FileMap& map, std::uint64_t block_size);

ExtGeometry ext_geometry(ext2_filsys handle);

}  // namespace pidometer
