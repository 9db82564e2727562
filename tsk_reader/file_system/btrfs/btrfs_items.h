#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/timestamp.h"
#include "tsk_reader/file_system/btrfs/btrfs_format.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// struct btrfs_inode_item.
struct BtrfsInode {
  std::uint64_t generation = 0;
  std::uint64_t size = 0;
  std::uint32_t links = 0;
  std::uint32_t mode = 0;
  std::uint64_t flags = 0;
  std::optional<Timestamp> modified;
  std::optional<Timestamp> created;
  std::optional<Timestamp> changed;

  NodeKind kind() const;
  /// Whether its data have checksums (BTRFS_INODE_NODATASUM).
  bool checked() const { return (flags & 1U) == 0; }
};
inline constexpr std::size_t kBtrfsInodeBytes = 160;
std::optional<BtrfsInode> parse_btrfs_inode(std::span<const std::byte> bytes);

/// Seconds and nanoseconds since 1970 (struct btrfs_timespec, 12 bytes).
std::optional<Timestamp> btrfs_time_at(std::span<const std::byte> bytes, std::size_t at);

/// A name of a directory (struct btrfs_dir_item) and what it leads to: an inode of the same tree,
/// or a subvolume where target.type is btrfs_item::root.
struct BtrfsName {
  std::string name;
  BtrfsKey target;
  std::uint64_t index = 0;  ///< among the directory's names; set where it was read by index
};

/// Appends the names of one DIR_ITEM (several whose hashes are equal) or DIR_INDEX. False where a
/// part of it makes no sense.
bool parse_btrfs_names(std::span<const std::byte> bytes, std::vector<BtrfsName>& out);

/// What a DIR_ITEM's key has as its offset.
std::uint64_t btrfs_name_hash(std::string_view name);

/// One name of an inode in its parent directory (struct btrfs_inode_ref, btrfs_inode_extref).
struct BtrfsInodeRef {
  std::uint64_t parent = 0;
  std::uint64_t index = 0;  ///< of the directory's DIR_INDEX
  std::string name;
};
/// Appends the names of an INODE_REF or INODE_EXTREF item. False where a part makes no sense.
bool parse_btrfs_refs(const BtrfsKey& key, std::span<const std::byte> bytes,
                      std::vector<BtrfsInodeRef>& out);

enum class BtrfsCompression : std::uint8_t { none = 0, zlib = 1, lzo = 2, zstd = 3 };

/// struct btrfs_file_extent_item: a stretch of a file.
struct BtrfsFileExtent {
  enum class Kind : std::uint8_t { inline_bytes = 0, regular = 1, preallocated = 2 };

  std::uint64_t begin = 0;  ///< in the file
  Kind kind = Kind::regular;
  std::uint8_t compression = 0;  ///< as stored: BtrfsCompression, or something newer
  bool encoded = false;          ///< encrypted, or otherwise not plain
  std::uint64_t unpacked = 0;    ///< bytes of the whole extent
  std::uint64_t generation = 0;
  // Of regular and preallocated ones:
  std::uint64_t disk = 0;        ///< logical address of the whole extent; 0: a hole
  std::uint64_t disk_bytes = 0;  ///< that it takes up there
  std::uint64_t skip = 0;        ///< where in the unpacked extent the stretch begins
  std::uint64_t length = 0;      ///< bytes of the file
  std::vector<std::byte> bytes;  ///< inline: as stored
  bool doubtful = false;         ///< from a damaged tree block

  /// Where it ends in the file; saturates.
  std::uint64_t end() const {
    const std::uint64_t size = kind == Kind::inline_bytes ? unpacked : length;
    return size > kBtrfsMaxOffset - begin ? kBtrfsMaxOffset : begin + size;
  }
};
std::optional<BtrfsFileExtent> parse_btrfs_file_extent(const BtrfsKey& key,
                                                       std::span<const std::byte> bytes);

}  // namespace pidometer
