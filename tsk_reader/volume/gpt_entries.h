#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// An entry in use of a GUID partition table, in sectors, unchecked.
struct GptEntry {
  std::uint32_t slot = 0;  ///< from 0; Linux names the partition slot + 1
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string guid = {};  ///< of the partition, lower-case hex with dashes, as udev writes it
  std::string name = {};  ///< UTF-8
};

/// The entries of the primary table: what libtsk does not tell of them, and the whole table where
/// it refuses that because of one entry that makes no sense (UEFI 2.10, 5.3). Empty where there is
/// none. At most 256 entries are read: tables have 128.
std::vector<GptEntry> read_gpt_entries(StructureReader& reader, std::uint32_t sector_size);

/// Bytes of the disk by its primary header: the backup header is its last sector. Nothing where the
/// header is none, or its checksum is wrong.
std::optional<std::uint64_t> gpt_disk_size(StructureReader& reader, std::uint32_t sector_size);

}  // namespace pidometer
