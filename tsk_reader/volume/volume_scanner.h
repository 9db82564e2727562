#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/bytes/block_source.h"

namespace pidometer {

/// How a partition table calls a partition.
struct PartitionName {
  std::optional<std::uint32_t> number;  ///< 2 of /dev/sda2; empty: the volume is no partition
  std::string disk = {};                ///< the volume that the table lies on; empty: the image
  std::string uuid = {};                ///< as in /dev/disk/by-partuuid; empty where it has none
  std::string label = {};               ///< GPT's name, UTF-8
};

/// A named source of bytes that may hold a filesystem: a partition, a whole image, a logical
/// volume, an md array. Its path spec is that of its source.
struct Volume {
  std::string name;         ///< `p2` as in /dev/sda2, `whole`, `lvm-rhel-var`, `md-root`
  std::string description;  ///< the partition table's word; may be empty
  std::uint64_t start = 0;  ///< bytes into the image
  std::uint64_t size = 0;   ///< bytes, as the table says; may run past a truncated image's end
  std::unique_ptr<BlockSource> source;  ///< null where `unsupported` says why

  bool assembled =
      false;  ///< put together: its bytes are no one range of the image from `start` on
  std::string content = {};  ///< what it holds, where no look at it is needed: LVM2 physical volume
  std::string unsupported =
      {};  ///< why the content is not read; empty where it is, as another volume
  std::string volume_group = {};  ///< of a logical volume, as LVM2 names it
  std::string logical_volume = {};
  PartitionName partition = {};
};

struct ScannedVolumes {
  std::vector<Volume> volumes;  ///< by name's number
  std::vector<Warning> warnings;
  std::vector<DamagedRange> table_damage;  ///< damage met in the partition tables themselves
};

/// Finds the volumes of an image: MBR (logical partitions too), GPT, BSD, Sun and Apple tables
/// through libtsk, for sectors of 512 and 4096 bytes; `whole` where there is no table. The image
/// must outlive the volumes. Never fails: what makes no sense is a warning.
ScannedVolumes scan_volumes(BlockSource& image);

}  // namespace pidometer
