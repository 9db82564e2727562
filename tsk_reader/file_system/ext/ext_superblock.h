#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// What has to be known of an ext2/3/4 superblock before a library may see it.
struct ExtSuperblock {
  std::uint64_t blocks = 0;
  std::uint32_t block_size = 0;  ///< bytes
  std::uint32_t compatible = 0;
  std::uint32_t incompatible = 0;
  std::uint32_t read_only_compatible = 0;

  /// ext2, ext3 or ext4, as blkid decides by features.
  const char* name() const;
};

/// From the 1024 bytes at offset 1024 of a volume; an Error where they are none that can be right.
/// Bounds what libext2fs will allocate: group descriptors beyond the volume are refused.
Result<ExtSuperblock> parse_ext_superblock(std::span<const std::byte> bytes,
                                           std::uint64_t volume_size);
Result<ExtSuperblock> read_ext_superblock(StructureReader& reader);

}  // namespace pidometer
