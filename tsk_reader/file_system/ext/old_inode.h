#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/timestamp.h"
#include "tsk_reader/bytes/extent_stream.h"

namespace pidometer {

/// An inode as a copy of its block says, wherever that was found. struct ext4_inode (Linux,
/// fs/ext4/ext4.h). Nothing of it is trusted.
struct OldInode {
  std::uint16_t mode = 0;
  std::uint16_t links = 0;
  std::uint32_t deleted = 0;  ///< i_dtime, or the next orphan
  std::uint32_t flags = 0;
  std::uint32_t generation = 0;
  std::uint64_t size = 0;
  std::optional<Timestamp> modified;
  std::array<std::byte, 60> block = {};  ///< i_block: the root of the map

  bool is_regular_file() const { return (mode & 0xF000U) == 0x8000U; }
  bool has_extents() const { return (flags & 0x00080000U) != 0; }
  /// The bytes lie in the inode, or need a key: nothing that a map could tell.
  bool has_no_map() const { return (flags & (0x10000000U | 0x00000800U)) != 0; }
};

/// From the raw bytes of an inode, 128 at least.
OldInode parse_old_inode(std::span<const std::byte> raw);

/// Reads a block of the map as it was at the inode's time, as well as that is known. False: it is
/// lost.
using OldBlockReader = std::function<bool(std::uint64_t block, std::span<std::byte> out)>;

/// Where the file's bytes lay: its extent tree, or its block map. Parts of the map that are lost or
/// make no sense become lost parts of the file. Bounded by `blocks`, those of the filesystem.
FileMap map_old_inode(const OldInode& inode, std::uint32_t block_size, std::uint64_t blocks,
                      const OldBlockReader& read);

}  // namespace pidometer
