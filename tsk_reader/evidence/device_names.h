#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tsk_reader/evidence/mount_table.h"

namespace pidometer {

/// What a filesystem tree answers to in the first field of fstab, or in its options.
struct TreeIdentity {
  std::string uuid;   ///< of the filesystem, lower-case hex with dashes; empty where unknown
  std::string label;  ///< of the filesystem
  std::optional<std::uint32_t> partition;  ///< number within its table: 2 of /dev/sda2
  std::string disk;                        ///< what the table lies on; empty: the image itself
  std::string partition_uuid;   ///< GPT's, or signature and number of MBR; empty where unknown
  std::string partition_label;  ///< GPT's name, UTF-8
  std::string volume_group;     ///< of a logical volume
  std::string logical_volume;
  std::string subvolume;  ///< path of a btrfs subvolume from the top, `@/var`; empty: the top
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

/// Whether it is certain that `entry` means another tree where match_device() finds none: the name
/// is one that the tree has too, and the tree's own is known to be another.
bool means_another(const MountEntry& entry, const TreeIdentity& tree);

/// `sda` of /dev/sda2, `nvme0n1` of /dev/nvme0n1p2; empty where no partition is named by number.
std::string_view disk_of(std::string_view device);

}  // namespace pidometer
