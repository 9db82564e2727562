#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.h"
#include "tsk_reader/file_system/btrfs/btrfs_files.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// A tree of files: the top level (number 5), a subvolume, a snapshot.
struct BtrfsSubvolume : BtrfsFileTree {
  bool read_only = false;
  BtrfsUuid uuid{};
  BtrfsUuid parent_uuid{};  ///< of the subvolume that a snapshot was made of; else zeros
  std::optional<Timestamp> created;

  // Where it hangs in another one; parent 0 where nothing says so.
  std::uint64_t parent = 0;
  std::uint64_t directory = 0;  ///< inode in the parent
  std::string name;
  std::string path;  ///< from the top level, `@/var/log`; empty for the top level

  bool is_snapshot() const { return parent_uuid != BtrfsUuid{}; }
};

/// All subvolumes of a volume by their numbers, and how they hang together.
class BtrfsSubvolumes {
 public:
  /// An index into all() becomes the upper part of an inode number: 16 bits.
  static constexpr std::size_t kMost = 65'536;

  BtrfsSubvolumes(BtrfsVolume& volume, BtrfsFiles& files);

  const std::vector<BtrfsSubvolume>& all() const { return all_; }
  const BtrfsSubvolume* find(std::uint64_t id) const;
  std::size_t index_of(const BtrfsSubvolume& one) const {
    return static_cast<std::size_t>(&one - all_.data());
  }
  /// The one that is mounted where nothing else is asked for.
  std::uint64_t default_id() const { return default_id_; }

 private:
  void read_roots(BtrfsVolume& volume);
  void read_default(BtrfsVolume& volume);
  void take_root(const BtrfsItem& item);
  void make_paths(BtrfsVolume& volume, BtrfsFiles& files);

  std::vector<BtrfsSubvolume> all_;  ///< sorted by number
  std::uint64_t default_id_ = btrfs_object::fs_tree;
};

}  // namespace pidometer
