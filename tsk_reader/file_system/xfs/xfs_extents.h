#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// A file of more pieces than this is corrupt or hostile: 8 GiB in single 4 KiB blocks.
inline constexpr std::size_t kMostXfsExtents = 2'000'000;
/// Logical blocks have 54 bits.
inline constexpr std::uint64_t kXfsBlockLimit = std::uint64_t{1} << 54U;

/// A run of a file's blocks: a record of its map, 16 bytes on the disk.
struct XfsExtent {
  std::uint64_t begin = 0;  ///< block of the file
  std::uint64_t start = 0;  ///< block of the filesystem (AG number in the upper bits)
  std::uint64_t count = 0;  ///< blocks
  bool unwritten = false;   ///< allocated and never written: zeros by right

  std::uint64_t end() const { return begin + count; }
  friend bool operator==(const XfsExtent&, const XfsExtent&) = default;
};

/// 16 bytes: flag (1 bit), begin (54), start (52), count (21).
XfsExtent parse_xfs_extent(std::span<const std::byte> bytes);

/// All that a data fork maps, sorted and disjoint, every extent within one allocation group.
struct XfsExtentList {
  std::vector<XfsExtent> extents;
  DamageList lost;        ///< in blocks of the file: parts whose place is unknown
  bool doubtful = false;  ///< a block of the map is damaged or fails its checksum
};

/// Reads a data fork in format extents or btree, of any depth. What of it is corrupt is lost, and a
/// warning; the rest is delivered.
XfsExtentList read_xfs_extents(XfsVolume& volume, const XfsInode& inode);

/// Where the bytes of a regular file lie. Unwritten extents are holes; with a doubtful map holes
/// are lost.
FileMap make_xfs_file_map(const XfsSuperblock& super, const XfsExtentList& list,
                          std::uint64_t size);

/// Bytes of the volume that a file of `size` bytes owns and that hold none of its data: behind its
/// end, and in extents that were allocated and never written. None of a doubtful map.
std::vector<ByteRange> xfs_slack(const XfsSuperblock& super, const XfsExtentList& list,
                                 std::uint64_t size);

}  // namespace pidometer
