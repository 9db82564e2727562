#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tsk_reader/bytes/extent_stream.h"

namespace pidometer {

/// Bytes of a record of the MFT, from the volume's boot sector (512 bytes at least): a number of
/// clusters, or where that is negative the power of two. Nothing where it makes no sense.
std::optional<std::uint32_t> ntfs_record_size(std::span<const std::byte> boot_sector);

/// A small file of NTFS lies in its record of the MFT: its unnamed $DATA attribute. `record` is the
/// record as it lies on the volume; the extents' `source` are bytes of it. The last two bytes of
/// every 512 were moved to the update sequence in front when the record was written (multi-sector
/// transfer protection), and are mapped there. Nothing where the record is torn or corrupt, or has
/// no such attribute. Layout: "NTFS Documentation" of the Linux-NTFS project, FILE record.
std::optional<FileMap> map_ntfs_resident(std::span<const std::byte> record);

/// A map of bytes of `inner` as one of what `inner` itself is mapped on; nothing where a part of it
/// has no place.
std::optional<FileMap> map_through(const FileMap& map, const FileMap& inner,
                                   std::uint64_t inner_offset);

}  // namespace pidometer
