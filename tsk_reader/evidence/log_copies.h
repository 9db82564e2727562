#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_copy.h"
#include "tsk_reader/evidence/mount_table.h"

namespace pidometer {

/// What has to be known of each tree of files of an input (a filesystem, or a btrfs subvolume) to
/// tell which of its logs were in use.
struct TreeView {
  std::string name;  ///< of the volume, for words
  TreeIdentity identity;
  bool has_etc = false;
  bool has_fstab = false;
  std::vector<MountEntry> mounts;  ///< of its /etc/fstab
  std::string snapshot;            ///< "snapshot of @, made at ..."; empty where it is none
};

/// Where a tree stands in the host it belongs to.
struct TreePlace {
  std::optional<std::size_t> root;  ///< index of the tree whose fstab mounts it; itself for a root
  std::string mount_point;          ///< `/var`; `/` for a root; empty where no root is known
  DeviceMatch match = DeviceMatch::none;
};

/// Finds each tree's root by the fstabs: a tree that one root mounts belongs to it; one that
/// several mount (two systems that share a /home, or a clone) belongs to none, unless only one does
/// so by name. A tree with an /etc of its own is its own root. Parallel to `trees`.
std::vector<TreePlace> place_trees(const std::vector<TreeView>& trees);

/// What the folder `folder` (absolute, on the tree `tree`) is among the copies.
LogPlace place_folder(const std::vector<TreeView>& trees, const std::vector<TreePlace>& places,
                      std::size_t tree, std::string_view folder);

}  // namespace pidometer
