#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/timestamp.h"

namespace pidometer {

/// A tree of files that can be mounted by itself: the one of an ordinary filesystem, or a subvolume
/// or snapshot of btrfs.
struct TreeRoot {
  /// Its path from the top of the filesystem, `@/var/log`; empty for the top itself.
  std::string name;
  std::uint64_t inode = 0;  ///< of its topmost directory
  std::uint64_t id = 0;     ///< btrfs' subvolid; 0 where trees have no number
  bool is_default = true;   ///< mounted where no tree is asked for
  bool read_only = false;   ///< as a snapshot that nothing has changed since
  std::string uuid;         ///< lower-case hex with dashes; empty where it has none
  std::string parent_uuid;  ///< of the tree that it is a snapshot of; else empty
  std::string snapshot_of;  ///< that tree's name, where it still exists and is not the top
  std::optional<Timestamp> created;

  bool is_snapshot() const { return !parent_uuid.empty(); }
};

}  // namespace pidometer
