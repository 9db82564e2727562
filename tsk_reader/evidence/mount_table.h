#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// A line of fstab(5) that mounts a device. Swap, pseudo filesystems and network mounts are left
/// out.
struct MountEntry {
  std::string device;       ///< first field, `UUID=...`, `/dev/mapper/rhel-var`
  std::string mount_point;  ///< absolute, without a slash at its end; `/` is the root
  std::string options;

  friend bool operator==(const MountEntry&, const MountEntry&) = default;
};

/// The mounts of an fstab, in its order; \040 and its kin are decoded. Never fails: what is no
/// mount is left out.
std::vector<MountEntry> parse_fstab(std::string_view text);

/// What a filesystem tree answers to in the first field of fstab, or in its options.
struct TreeIdentity {
  std::string uuid;   ///< of the filesystem, lower-case hex with dashes; empty where unknown
  std::string label;  ///< of the filesystem
  std::optional<std::uint32_t> partition;  ///< number within the disk: 2 of /dev/sda2
  std::string volume_group;                ///< of a logical volume
  std::string logical_volume;
  std::string subvolume;  ///< path of a btrfs subvolume from the top, `@/var`; empty: not btrfs
  std::uint64_t subvolume_id = 0;  ///< 0: not btrfs
  bool default_subvolume = false;
};

/// How sure a device field means a tree.
enum class DeviceMatch {
  none,
  by_number,  ///< /dev/sda2 and the second partition: true of the disk that was sda
  by_name,    ///< UUID, label or logical volume
};

/// Whether `entry` mounts the tree. /dev/sdXN, /dev/vdXN, /dev/nvmeXnYpN and the like match by
/// number, whatever the disk was called. Of btrfs the subvolume of the options counts too
/// (btrfs(5): subvol=, subvolid=; without either it is the default subvolume).
DeviceMatch match_device(const MountEntry& entry, const TreeIdentity& tree);

}  // namespace pidometer
