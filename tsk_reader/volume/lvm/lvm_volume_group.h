#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/volume/lvm/lvm_text.h"

namespace pidometer {

/// A physical volume as the volume group's metadata names it.
struct LvmPvEntry {
  std::string name;              ///< `pv0`
  std::string uuid;              ///< without its dashes: 32 characters
  std::string device;            ///< where it was last seen: /dev/sda3
  std::uint64_t data_start = 0;  ///< bytes into the physical volume, of its first extent
  std::uint64_t extents = 0;
  bool missing = false;  ///< the metadata itself says that it was gone
};

/// One stripe: extents of a physical volume or, in stacked volumes, of another logical volume.
struct LvmArea {
  std::string name;               ///< of the physical or logical volume
  std::optional<std::size_t> pv;  ///< into LvmVolumeGroup::pvs; absent for a logical volume
  std::uint64_t first_extent = 0;
};

struct LvmSegment {
  std::uint64_t first_extent = 0;  ///< of the logical volume
  std::uint64_t extents = 0;       ///< of the logical volume, all stripes together
  std::string type;                ///< `striped`, `thin`; linear is striped with one area
  std::uint64_t stripe_size = 0;   ///< bytes; 0 with one area
  std::vector<LvmArea> areas;
};

struct LvmLogicalVolume {
  std::string name;
  std::size_t index = 0;  ///< from 0, in the order of the metadata, hidden ones too
  bool visible = false;
  std::uint64_t extents = 0;
  std::vector<LvmSegment> segments;  ///< sorted, disjoint
  std::string unsupported;           ///< "thin volume of the pool p": why it cannot be read
};

struct LvmVolumeGroup {
  std::string name;
  std::string uuid;  ///< without its dashes
  std::uint64_t seqno = 0;
  std::uint64_t extent_size = 0;  ///< bytes
  std::vector<LvmPvEntry> pvs;
  std::vector<LvmLogicalVolume> lvs;
  std::vector<std::string> problems;  ///< one sentence each: what of the metadata makes no sense
};

/// A UUID as pvs prints it, from the 32 characters of the label.
std::string lvm_uuid_text(std::string_view uuid);

/// The volume group that a metadata text describes; absent, with the reason in `error`, where it
/// describes none. Every number is checked: extents and their bytes fit 64 bits, areas lie within
/// the extents of their physical volume. A logical volume that makes no sense is unsupported, and
/// the others stay. Keys as LVM2's lib/format_text/import_vsn1.c reads them.
std::optional<LvmVolumeGroup> read_volume_group(const LvmSection& metadata, std::string& error);

}  // namespace pidometer
