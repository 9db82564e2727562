#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_log.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// The number and the root of one tree of files.
struct BtrfsFileTree {
  std::uint64_t id = 0;
  BtrfsTreeRoot tree;
};

/// Inodes, names and extents of one subvolume at a time, out of its tree.
class BtrfsFiles {
 public:
  explicit BtrfsFiles(BtrfsVolume& volume) : volume_(volume) {}

  /// From now on everything is as it will be once the log is replayed; null: as it was committed.
  /// The log must outlive it.
  void use_log(const BtrfsLog* log) { log_ = log; }

  /// Errors: there is none, or its place in the tree is lost.
  Result<BtrfsInode> inode(const BtrfsFileTree& subvolume, std::uint64_t number);

  struct Names {
    std::vector<BtrfsName> names;
    bool complete = true;
  };
  /// The names of a directory in the order they were given. Where a part of the directory is lost,
  /// its second index is asked too, and a warning says so.
  Names names(const BtrfsFileTree& subvolume, std::uint64_t directory);

  Result<std::optional<BtrfsName>> find_name(const BtrfsFileTree& subvolume,
                                             std::uint64_t directory, std::string_view name);

  /// The first name of an inode; a directory has no other. Nothing where it is lost.
  std::optional<BtrfsInodeRef> ref(const BtrfsFileTree& subvolume, std::uint64_t number);

  struct Extents {
    std::vector<BtrfsFileExtent> extents;
    BtrfsLostKeys lost;
  };
  Extents extents(const BtrfsFileTree& subvolume, std::uint64_t number);

 private:
  Result<BtrfsInode> committed_inode(const BtrfsFileTree& subvolume, std::uint64_t number);
  Names committed_names(const BtrfsFileTree& subvolume, std::uint64_t directory);
  void overlay_names(const BtrfsFileTree& subvolume, const BtrfsLoggedDirectory& logged,
                     std::vector<BtrfsName>& names);

  BtrfsVolume& volume_;
  const BtrfsLog* log_ = nullptr;
};

}  // namespace pidometer
