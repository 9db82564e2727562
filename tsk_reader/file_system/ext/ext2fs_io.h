#pragma once

#include <ext2fs/ext2fs.h>

#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// What one operation on a filesystem (a listing, the map of a file) may read. A block map of a
/// 100 GB file in 1 KiB blocks needs 400,000; beyond this a corrupt filesystem leads in circles.
inline constexpr std::uint64_t kMostReadsPerOperation = 1'000'000;

/// Opens a filesystem over `reader`, which must outlive it. Takes libext2fs's EXT2_FLAG_*; never
/// with EXT2_FLAG_RW. Reads beyond kMostReadsPerOperation fail with EXT2_ET_SHORT_READ.
errcode_t open_ext2fs_handle(StructureReader& reader, int flags, ext2_filsys* handle);

}  // namespace pidometer
