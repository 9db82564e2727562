#include "tsk_reader/volume/whole_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/volume/md/md_superblock.h"
#include "tsk_reader/volume/partition_source.h"

namespace pidometer {
namespace {

/// The superblock 0.90 of a last partition that reaches the end of the disk lies where that of the
/// whole disk would; its size tells them apart.
bool belongs_to_partition(const MdSuperblock& super, const ScannedVolumes& found) {
  if (super.version != "0.90") return false;
  return std::any_of(found.volumes.begin(), found.volumes.end(), [&](const Volume& volume) {
    if (!volume.source || super.offset <= volume.start || super.size > volume.size) return false;
    StructureReader reader(*volume.source);
    const auto own = read_md_superblock(reader);
    return own && own->version == "0.90" && own->array_uuid == super.array_uuid;
  });
}

}  // namespace

ScannedVolumes scan_whole_disk(BlockSource& disk) {
  ScannedVolumes found = scan_volumes(disk);
  if (found.volumes.size() == 1 && found.volumes[0].name == "whole") return found;
  StructureReader reader(disk);
  const auto super = read_md_superblock(reader);
  if (!super || belongs_to_partition(*super, found)) return found;
  const bool holds_all =
      std::all_of(found.volumes.begin(), found.volumes.end(),
                  [&](const Volume& volume) { return volume.start + volume.size <= super->size; });
  if (super->level == 1 && super->data_offset == 0 && super->role && holds_all &&
      super->unsupported.empty()) {
    ScannedVolumes whole;
    whole.volumes.push_back(
        {"whole", "md RAID member with the partition table of its array", 0, disk.size(),
         std::make_unique<PartitionSource>(disk, ByteRange{0, disk.size()}, std::nullopt)});
    return whole;
  }
  Warning warning;
  warning.kind = WarningKind::unsupported;
  warning.message = fmt::format(
      "the disk has a partition table and is also a member of the md {} array {}; its partitions "
      "are read as they lie on it, and if the array was still in use they hold wrong bytes",
      md_level_name(super->level), super->title());
  found.warnings.push_back(std::move(warning));
  return found;
}

}  // namespace pidometer
