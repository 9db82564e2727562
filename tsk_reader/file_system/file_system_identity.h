#pragma once

#include <string>

#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/file_system/file_system_sniffer.h"

namespace pidometer {

/// What fstab may name a filesystem by.
struct FileSystemIdentity {
  std::string uuid;   ///< lower-case hex with dashes; empty where it has none
  std::string label;  ///< bytes, not always UTF-8
};

/// Of ext2/3/4, XFS and btrfs, from their superblocks (ext4.h, struct ext4_super_block; XFS
/// Algorithms and Data Structures, "Superblocks"; btrfs_tree.h, struct btrfs_super_block). Others
/// have none here: no Linux host keeps its logs on them.
FileSystemIdentity read_identity(StructureReader& reader, const VolumeContent& content);

}  // namespace pidometer
