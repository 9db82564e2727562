#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_subvolumes.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// Inodes, names and extents of one subvolume at a time, out of its tree.
class BtrfsFiles {
 public:
  explicit BtrfsFiles(BtrfsVolume& volume) : volume_(volume) {}

  /// Errors: there is none, or its place in the tree is lost.
  Result<BtrfsInode> inode(const BtrfsSubvolume& subvolume, std::uint64_t number);

  struct Names {
    std::vector<BtrfsName> names;
    bool complete = true;
  };
  /// The names of a directory in the order they were given. Where a part of the directory is lost,
  /// its second index is asked too, and a warning says so.
  Names names(const BtrfsSubvolume& subvolume, std::uint64_t directory);

  Result<std::optional<BtrfsName>> find_name(const BtrfsSubvolume& subvolume,
                                             std::uint64_t directory, std::string_view name);

  struct Extents {
    std::vector<BtrfsFileExtent> extents;
    BtrfsLostKeys lost;
  };
  Extents extents(const BtrfsSubvolume& subvolume, std::uint64_t number);

 private:
  BtrfsVolume& volume_;
};

}  // namespace pidometer
