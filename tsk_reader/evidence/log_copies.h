#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_copy.h"
#include "tsk_reader/evidence/device_names.h"
#include "tsk_reader/evidence/mount_table.h"

namespace pidometer {

/// What has to be known of each tree of files of an input (a filesystem, or a btrfs subvolume) to
/// tell which of its logs were in use.
struct TreeView {
  std::string name;  ///< of the volume, for words
  TreeIdentity identity;
  std::size_t file_system = 0;  ///< the same for all trees of one btrfs
  bool has_etc = false;
  bool has_fstab = false;
  bool systemd = false;            ///< it boots with systemd, and not with `mount -a`
  std::vector<MountEntry> mounts;  ///< of its /etc/fstab
  std::string snapshot;            ///< "snapshot of @, made at ..."; empty where it is none
  std::string snapshot_of;         ///< subvolume, where it still exists
};

/// Where a tree stands in the host it belongs to.
struct TreePlace {
  std::optional<std::size_t> root;  ///< index of the tree that it is mounted in; a root: itself
  std::vector<std::string> mount_points;  ///< `/var`; `/` for a root; empty where no root is known
  DeviceMatch match = DeviceMatch::none;
  std::string
      doubt;  ///< why nothing is said about its logs, one clause; empty where nothing is odd
};

/// Which trees make a host, and which of several copies of its logs was in use, by the fstabs of
/// the input alone. Where a name in an fstab fits several trees, or a tree several fstabs, none is
/// picked: the words say so.
class LogCopies {
 public:
  explicit LogCopies(std::vector<TreeView> trees);

  /// A tree with an /etc is the root of a host, unless its fstab names another tree as the root (it
  /// is a copy of that one then) or it is a snapshot that its fstab does not name. A tree that one
  /// root mounts belongs to it; one that several mount belongs to none, unless only one does so by
  /// name. Subvolumes that hang in such a tree belong to it too, and so does a snapshot without an
  /// /etc to the root of what it was made of.
  const TreePlace& place_of(std::size_t tree) const { return places_[tree]; }

  /// Where on the tree its host's /var/log is seen; nothing where it is seen on another tree. Of
  /// several trees that a name fits each has it.
  std::optional<std::string> logs_on(std::size_t tree) const;

  /// What the folder `folder` (absolute, on the tree `tree`) is among the copies of /var/log.
  LogPlace place(std::size_t tree, std::string_view folder) const;

 private:
  /// What is seen at a path of a host.
  struct Landing {
    const MountEntry* mount = nullptr;  ///< that lies over the root there; null: none
    std::vector<std::size_t> trees;     ///< several: its device fits all; none: of another kind
    std::string path;                   ///< on the tree
  };

  void find_roots();
  void find_mounted();
  void find_mounted(std::size_t tree);
  void find_nested();
  DeviceMatch match(std::size_t root, const MountEntry& entry, std::size_t tree) const;
  std::vector<std::size_t> trees_of(std::size_t root, const MountEntry& entry) const;
  Landing land(std::size_t root, std::string path) const;
  void descend(std::size_t& tree, std::string& path) const;
  LogPlace live(std::size_t tree, const Landing& seen) const;
  LogPlace elsewhere(std::size_t tree, std::string path) const;
  LogPlace covered(std::size_t tree, std::string_view folder, const Landing& seen) const;
  std::string names(const std::vector<std::size_t>& trees) const;

  std::vector<TreeView> trees_;
  std::vector<TreePlace> places_;                ///< parallel to the trees
  std::vector<std::vector<MountEntry>> mounts_;  ///< likewise; in the order of mounting
};

}  // namespace pidometer
