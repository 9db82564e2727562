#pragma once

#include <ext2fs/ext2fs.h>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// A file of more pieces than this is corrupt or hostile: 8 GiB in single 4 KiB blocks.
inline constexpr std::size_t kMostExtents = 2'000'000;

/// Where the bytes of a file, directory or symlink lie (extent tree or block map). What cannot be
/// mapped, because a block of the map is corrupt or damaged, is in `lost`. Preallocated extents are
/// holes. `failure` is libext2fs's code for what went wrong, 0 where nothing did.
struct MappedFile {
  FileMap map;
  errcode_t failure = 0;
};
MappedFile map_ext2fs_file(ext2_filsys handle, StructureReader& reader, ext2_ino_t inode,
                           ext2_inode* fields);

}  // namespace pidometer
