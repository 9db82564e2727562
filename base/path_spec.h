#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pidometer {

/// One layer of the way to some bytes, in dfVFS's words. `type_indicator` is spelled as Plaso
/// writes it: OS, RAW, EWF, QCOW, VMDK, VHDI, TSK_PARTITION, LVM, DATA_RANGE, EXT, XFS, BTRFS,
/// NTFS, FAT, HFS, TSK, TAR, CPIO, ZIP, 7Z, GZIP, COMPRESSED_STREAM.
struct PathSpecLayer {
  std::string type_indicator;
  std::string location;  ///< empty where the layer has none
  std::optional<std::uint64_t> inode;
  std::optional<std::uint32_t>
      part_index;  ///< as TSK counts: every slot of the table, unallocated ones too
  std::optional<std::uint64_t> start_offset;  ///< bytes into the parent layer
  std::optional<std::uint32_t> volume_index;
  std::string compression_method;  ///< bzip2, xz, zstd, lz4; COMPRESSED_STREAM only

  friend bool operator==(const PathSpecLayer&, const PathSpecLayer&) = default;
};

/// Outermost first: GZIP, EXT, TSK_PARTITION, EWF, OS. Never empty for a file that was opened.
using PathSpec = std::vector<PathSpecLayer>;

}  // namespace pidometer
