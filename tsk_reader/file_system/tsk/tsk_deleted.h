#pragma once

#include <tsk/libtsk.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/file_system/file_system.h"
#include "tsk_reader/file_system/range_set.h"

namespace pidometer {

/// What libtsk tells of an inode.
using TskNodeOf = std::function<FileNode(const TSK_FS_META& meta)>;

struct TskDeletedFiles {
  std::vector<DeletedFile> files;
  std::vector<std::string> packed;  ///< names of those that are compressed or encrypted
};

/// Files whose deleted names libtsk finds in `folders`, on NTFS, FAT and exFAT. Blocks outside of
/// `free` belong to other files now and are lost.
///
/// NTFS: a record of the MFT that is free and itself carries a name in that folder, the folder's
/// sequence number included; whatever an old index entry says of a record that was used again is
/// not believed. Its runs are known. Where two such files claim the same bytes, neither has them.
/// FAT, exFAT: the name, the size and the first cluster are known; the chain of the others is not.
/// libtsk takes the free clusters that follow, which is a guess, and DeletedFile says so.
/// HFS+ removes the records of a deleted file, UFS says nothing that ties a name to what its inode
/// held: nothing of them.
TskDeletedFiles tsk_deleted_files(TSK_FS_INFO* fs, StructureReader& reader,
                                  std::span<const std::uint64_t> folders, const RangeSet& free,
                                  const TskNodeOf& node_of);

/// Takes out of every file what another one claims as well.
void lose_common_claims(std::vector<DeletedFile>& files);

}  // namespace pidometer
