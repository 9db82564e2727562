#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/file_system/file_system.h"
#include "tsk_reader/file_system/tsk/file_system_tsk.h"

namespace pidometer {

/// The code that reads the files of a volume.
enum class FileSystemBackend { none, ext2fs, tsk, xfs, btrfs };

/// What a volume holds, by its superblocks.
struct VolumeContent {
  std::string name;         ///< ext4, xfs, LVM2 physical volume; empty where nothing is recognised
  std::string unsupported;  ///< why it is not read; empty where it is, or holds no files anyway
  FileSystemBackend backend = FileSystemBackend::none;
  std::optional<TskFileSystemType> tsk =
      std::nullopt;    ///< which of libtsk's, where it is the backend
  bool blank = false;  ///< nothing but zeros where superblocks lie

  bool readable() const { return backend != FileSystemBackend::none; }
};

/// A few small reads at the volume's start and end. Never fails: what cannot be read is not
/// recognised.
VolumeContent sniff_volume(StructureReader& reader);

/// The filesystem of a readable content; the volume must outlive it.
Result<std::unique_ptr<FileSystem>> open_file_system(BlockSource& volume,
                                                     const VolumeContent& content);

}  // namespace pidometer
