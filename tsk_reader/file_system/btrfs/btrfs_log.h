#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tsk_reader/file_system/btrfs/btrfs_data_reader.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// What an fsync since the last commit put into the log tree: one inode.
struct BtrfsLoggedInode {
  std::optional<BtrfsInode> fields;
  std::vector<BtrfsFileExtent> extents;
  std::vector<BtrfsInodeRef> names;

  /// Logged for the sake of its name alone: what the tree has of it counts (tree-log.c,
  /// overwrite_item: generation 0).
  bool name_only() const { return fields && fields->generation == 0; }
  /// Unlinked while it was open: the kernel's replay passes over it.
  bool ignored() const { return !fields || fields->links == 0; }
};

/// ... and one directory: some of its names, and for which of their indexes the log has all that
/// there are.
struct BtrfsLoggedDirectory {
  std::map<std::uint64_t, BtrfsName> names;                    ///< by index
  std::vector<std::pair<std::uint64_t, std::uint64_t>> whole;  ///< first and last index
  std::vector<std::pair<std::uint64_t, BtrfsInodeRef>> refs;   ///< inodes that name it their parent
};

/// The log trees of all subvolumes, read into memory: an overlay of the subvolumes' own trees, as
/// the kernel's replay makes it at the next mount (fs/btrfs/tree-log.c, btrfs_recover_log_trees).
class BtrfsLog {
 public:
  /// More items than this are no log: 30 seconds' worth of fsync.
  static constexpr std::size_t kMostItems = 2'000'000;

  /// Reads what the superblock's log tree leads to; checksums go to `data`. False where anything of
  /// it is damaged or makes no sense: a log is replayed whole or not at all.
  bool read(BtrfsVolume& volume, BtrfsDataReader& data);

  const BtrfsLoggedInode* inode(std::uint64_t subvolume, std::uint64_t number) const;
  const BtrfsLoggedDirectory* directory(std::uint64_t subvolume, std::uint64_t number) const;
  bool empty() const { return inodes_.empty(); }
  /// Logical addresses of the data that its extents refer to: the extent tree learns of them at the
  /// next mount. Sorted, disjoint.
  std::vector<ByteRange> data() const;

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  bool take(std::uint64_t subvolume, const BtrfsItem& item, const BtrfsSuper& super,
            BtrfsDataReader& data);

  std::map<Key, BtrfsLoggedInode> inodes_;
  std::map<Key, BtrfsLoggedDirectory> directories_;
};

/// `extents` (by their place in the file) with what was logged laid over them, for a file of the
/// logged size.
std::vector<BtrfsFileExtent> overlay_btrfs_extents(std::vector<BtrfsFileExtent> extents,
                                                   const std::vector<BtrfsFileExtent>& logged,
                                                   std::uint64_t size, std::uint64_t sector_size);

}  // namespace pidometer
