#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"
#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"
#include "tsk_reader/file_system/btrfs/btrfs_tree.h"

namespace pidometer {

/// A run of a file's bytes that lie in one extent. What no piece covers is zeros by right: a hole,
/// or preallocated space that was never written.
struct BtrfsPiece {
  enum class Kind { plain, packed, memory };

  std::uint64_t begin = 0;   ///< in the file
  std::uint64_t length = 0;  ///< bytes of the file
  Kind kind = Kind::plain;
  std::uint64_t logical = 0;     ///< plain: of the first byte; packed: of the whole extent
  std::uint64_t disk_bytes = 0;  ///< packed: of the whole extent
  std::size_t unpacked = 0;      ///< packed: bytes of the whole extent
  std::size_t skip = 0;          ///< packed: where the piece begins in the unpacked extent
  std::uint8_t compression = 0;  ///< packed
  std::vector<std::byte> bytes;  ///< memory: `length` bytes

  friend bool operator==(const BtrfsPiece&, const BtrfsPiece&) = default;
};

struct BtrfsFileMap {
  std::uint64_t size = 0;                    ///< bytes
  bool checked = true;                       ///< its data have checksums
  std::vector<BtrfsPiece> pieces;            ///< sorted, disjoint
  DamageList lost;                           ///< zeros stand in
  std::optional<DamagedRange> missing_tail;  ///< from `size` on
};

/// A file of more extents than this is corrupt or hostile: 8 GiB in single 4 KiB blocks.
inline constexpr std::size_t kMostBtrfsExtents = 2'000'000;

/// The map of a file from its extent items in the order of their keys; `lost` are keys of
/// extent_data of this inode that could not be read. Inline extents are unpacked here.
BtrfsFileMap map_btrfs_file(const BtrfsSuper& super, std::uint64_t inode, const BtrfsInode& fields,
                            std::vector<BtrfsFileExtent> extents, const BtrfsLostKeys& lost);

/// Bytes of `now` that `then` has not, or not from the same place. Sorted, disjoint.
std::vector<ByteRange> btrfs_changed_ranges(const BtrfsFileMap& then, const BtrfsFileMap& now);

}  // namespace pidometer
