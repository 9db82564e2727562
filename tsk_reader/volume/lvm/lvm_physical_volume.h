#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/structure_reader.h"
#include "tsk_reader/volume/lvm/lvm_volume_group.h"

namespace pidometer {

/// LVM2's checksum (lib/misc/crc.c): CRC-32 of the polynomial 0xEDB88320, reflected, begun with
/// 0xf597a6cf, and not inverted at the end.
std::uint32_t lvm_checksum(std::span<const std::byte> bytes);

/// One metadata area's newest text.
struct LvmMetadataCopy {
  std::shared_ptr<const LvmVolumeGroup> group;
  bool sound = false;  ///< every checksum is right and no byte of it is damaged
};

/// What the label of a physical volume and its metadata areas say.
struct LvmPhysicalVolume {
  std::string uuid;        ///< 32 characters, no dashes
  std::uint64_t size = 0;  ///< bytes of the device, as the header says; 0 where it does not
  std::vector<LvmMetadataCopy> copies;  ///< the best first: sound before not, new before old
  bool has_areas = false;               ///< it has metadata areas of its own at all
  bool unreadable = false;              ///< a metadata area holds a text that cannot be read
  std::vector<std::string> problems;    ///< one sentence each, of damage and wrong checksums

  /// The group of the best copy; null without one.
  const LvmVolumeGroup* group() const { return copies.empty() ? nullptr : copies[0].group.get(); }
};

/// The physical volume whose label lies in one of the first four sectors of 512 bytes (LVM2,
/// lib/label/label.c, lib/format_text/layout.h). Absent where there is no label. A label with a
/// wrong checksum is taken where no other is there, and is a problem.
std::optional<LvmPhysicalVolume> read_lvm_physical_volume(StructureReader& reader);

}  // namespace pidometer
