#include "tsk_reader/volume/whole_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
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

/// RAID of a disk controller's firmware, whose metadata lies in the last sectors, for disks with
/// sectors of 512 bytes (mdadm: super-intel.c, super-ddf.c); null where there is none.
const char* firmware_raid(BlockSource& disk) {
  constexpr std::string_view kIntel = "Intel Raid ISM Cfg Sig. ";
  constexpr std::uint32_t kDdf = 0xde11de11;
  std::array<std::byte, 1024> tail{};
  const std::uint64_t end = disk.size() / 512 * 512;
  if (end < tail.size() || !disk.read_at(end - tail.size(), tail)) return nullptr;
  if (std::equal(kIntel.begin(), kIntel.end(), tail.begin(),
                 [](char c, std::byte b) { return static_cast<std::byte>(c) == b; }))
    return "an Intel Matrix RAID (IMSM)";
  return be32(tail, 512) == kDdf ? "a DDF RAID" : nullptr;
}

Warning unsupported(std::string message) {
  Warning warning;
  warning.kind = WarningKind::unsupported;
  warning.message = std::move(message);
  return warning;
}

}  // namespace

ScannedVolumes scan_whole_disk(BlockSource& disk) {
  ScannedVolumes found = scan_volumes(disk);
  if (const char* raid = firmware_raid(disk); raid != nullptr)
    found.warnings.push_back(unsupported(fmt::format(
        "the disk is a member of {}; it is read as it lies, and of any level but a mirror that "
        "gives wrong bytes",
        raid)));
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
  found.warnings.push_back(unsupported(fmt::format(
      "the disk has a partition table and is also a member of the md {} array {}; its partitions "
      "are read as they lie on it, and if the array was still in use they hold wrong bytes",
      md_level_name(super->level), super->title())));
  return found;
}

}  // namespace pidometer
