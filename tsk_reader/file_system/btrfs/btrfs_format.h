#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {

/// Numbers of btrfs's disk format as in Linux's include/uapi/linux/btrfs_tree.h, and the key that
/// all items are sorted by. All integers on disk are little-endian.
struct BtrfsKey {
  std::uint64_t objectid = 0;
  std::uint8_t type = 0;
  std::uint64_t offset = 0;

  friend auto operator<=>(const BtrfsKey&, const BtrfsKey&) = default;
};

inline constexpr std::size_t kBtrfsKeyBytes = 17;
inline constexpr std::uint64_t kBtrfsMaxOffset = ~std::uint64_t{0};
inline constexpr BtrfsKey kBtrfsLastKey{~std::uint64_t{0}, 0xff, ~std::uint64_t{0}};

inline BtrfsKey btrfs_key_at(std::span<const std::byte> bytes, std::size_t at) {
  return {le64(bytes, at), static_cast<std::uint8_t>(read_le(bytes, at + 8, 1)),
          le64(bytes, at + 9)};
}

/// Item types.
namespace btrfs_item {
inline constexpr std::uint8_t inode = 1;
inline constexpr std::uint8_t inode_ref = 12;
inline constexpr std::uint8_t inode_extref = 13;
inline constexpr std::uint8_t dir_log_index = 72;
inline constexpr std::uint8_t dir_item = 84;
inline constexpr std::uint8_t dir_index = 96;
inline constexpr std::uint8_t extent_data = 108;
inline constexpr std::uint8_t extent_csum = 128;
inline constexpr std::uint8_t root = 132;
inline constexpr std::uint8_t root_backref = 144;
inline constexpr std::uint8_t root_ref = 156;
inline constexpr std::uint8_t extent = 168;
inline constexpr std::uint8_t metadata = 169;
inline constexpr std::uint8_t device_extent = 204;
inline constexpr std::uint8_t device = 216;
inline constexpr std::uint8_t chunk = 228;
}  // namespace btrfs_item

/// Trees and other fixed object numbers.
namespace btrfs_object {
inline constexpr std::uint64_t extent_tree = 2;
inline constexpr std::uint64_t device_tree = 4;
inline constexpr std::uint64_t fs_tree = 5;
inline constexpr std::uint64_t root_tree_dir = 6;
inline constexpr std::uint64_t csum_tree = 7;
inline constexpr std::uint64_t first_chunk = 256;
inline constexpr std::uint64_t first_free = 256;  ///< a subvolume's or file's smallest number
inline constexpr std::uint64_t last_free = ~std::uint64_t{0} - 255;
inline constexpr std::uint64_t extent_csum = ~std::uint64_t{0} - 9;
inline constexpr std::uint64_t tree_log = ~std::uint64_t{0} - 5;
}  // namespace btrfs_object

/// As in the kernel (BTRFS_MAX_LEVEL): a tree has levels 0 to 7.
inline constexpr std::uint8_t kBtrfsMaxLevel = 8;

/// btrfs_header: checksum, filesystem, own address, flags, chunk tree, generation, owner, number of
/// items, level.
inline constexpr std::size_t kBtrfsHeaderBytes = 101;

using BtrfsUuid = std::array<std::byte, 16>;

inline BtrfsUuid btrfs_uuid_at(std::span<const std::byte> bytes, std::size_t at) {
  BtrfsUuid uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i)
    uuid[i] = static_cast<std::byte>(read_le(bytes, at + i, 1));
  return uuid;
}

/// Lower-case hex with dashes; empty for the uuid of zeros, which is none.
std::string btrfs_uuid_text(const BtrfsUuid& uuid);

}  // namespace pidometer
