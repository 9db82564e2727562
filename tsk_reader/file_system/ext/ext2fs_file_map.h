#pragma once

#include <ext2fs/ext2fs.h>

#include <optional>

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

/// Where the journal lies by the copy of its inode's i_block and size that mke2fs keeps in the
/// superblock (EXT3_JNL_BACKUP_BLOCKS; e2fsck falls back on it too). Nothing where there is none
/// that can be followed.
std::optional<FileMap> map_ext2fs_journal_backup(ext2_filsys handle, StructureReader& reader);

}  // namespace pidometer
