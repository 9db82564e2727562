#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "tsk_reader/file_system/file_system.h"
#include "tsk_reader/file_system/xfs/xfs_volume.h"

namespace pidometer {

/// How an inode's data fork keeps its bytes (di_format).
enum class XfsForkFormat : std::uint8_t { device = 0, local = 1, extents = 2, btree = 3 };

/// An inode as it lies on the disk (struct xfs_dinode of xfs_format.h), versions 1 to 3.
struct XfsInode {
  std::uint64_t number = 0;
  NodeKind kind = NodeKind::other;
  XfsForkFormat format = XfsForkFormat::device;
  std::uint64_t size = 0;     ///< bytes, below 2^63
  std::uint64_t extents = 0;  ///< records of the data fork's map
  Timestamp modified;
  Timestamp changed;
  std::optional<Timestamp> created;  ///< of version 3 only
  std::uint32_t links = 0;           ///< names; 0 is no file any more
  std::uint32_t generation = 0;      ///< another one, another file in the same inode
  bool realtime = false;             ///< its bytes lie in the realtime section
  bool identified = true;            ///< v5: checksum, number and UUID are right
  std::vector<std::byte> fork;       ///< the data fork within the inode
};

/// Errors: unreadable where `bytes` (inode_size of them) is no inode in use. Does not look at
/// checksums.
Result<XfsInode> parse_xfs_inode(const XfsSuperblock& super, std::uint64_t number,
                                 std::span<const std::byte> bytes);

/// Reads and checks an inode; a wrong checksum is a warning. Errors: no such number, not in use.
Result<XfsInode> read_xfs_inode(XfsVolume& volume, std::uint64_t number);

}  // namespace pidometer
