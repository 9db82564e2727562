#include "tsk_reader/file_system/xfs/xfs_symlink.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_extents.h"

namespace pidometer {
namespace {

/// XFS_SYMLINK_MAXLEN.
constexpr std::uint64_t kLongestLink = 1024;
/// As many blocks as the longest target may need: of 512 bytes, with a header in each.
constexpr std::size_t kMostBlocks = 3;
constexpr std::uint32_t kMagic = 0x58534c4d;  // XSLM
constexpr std::size_t kHeader = 56;

}  // namespace

Result<std::string> read_xfs_symlink(XfsVolume& volume, const XfsInode& inode) {
  const auto corrupt = [&](const char* reason) {
    return fail(ErrorKind::unreadable,
                fmt::format("symbolic link inode {} is corrupt", inode.number), reason);
  };
  if (inode.kind != NodeKind::symlink)
    return fail(ErrorKind::unreadable, fmt::format("inode {} is no symbolic link", inode.number));
  if (inode.size == 0 || inode.size > kLongestLink) return corrupt("its length makes no sense");
  const auto size = static_cast<std::size_t>(inode.size);
  if (inode.format == XfsForkFormat::local) {
    if (size > inode.fork.size()) return corrupt("its target does not fit its inode");
    return std::string(reinterpret_cast<const char*>(inode.fork.data()), size);
  }
  const XfsSuperblock& super = volume.super();
  const XfsExtentList list = read_xfs_extents(volume, inode);
  // A header stands at the start of every extent, not of every block (xfs_symlink_remote_read).
  std::string target;
  for (const XfsExtent& extent : list.extents) {
    if (target.size() >= size || extent.count > kMostBlocks) break;
    const auto offset = super.block_offset(extent.start, extent.count);
    std::vector<std::byte> bytes(static_cast<std::size_t>(extent.count << super.block_log));
    if (!offset || !volume.read_at(*offset, bytes)) return corrupt("its blocks cannot be read");
    const std::size_t header = super.v5 ? kHeader : 0;
    const std::size_t count = std::min(size - target.size(), bytes.size() - header);
    if (super.v5) {
      if (be32(bytes, 0) != kMagic || be32(bytes, 4) != target.size() || be32(bytes, 8) != count)
        return corrupt("the header of its target makes no sense");
      volume.check(bytes, kXfsSymlinkIdentity, *offset, inode.number,
                   fmt::format("symbolic link inode {}", inode.number));
    }
    target.append(reinterpret_cast<const char*>(bytes.data()) + header, count);
  }
  if (target.size() != size) return corrupt("its target is not complete");
  return target;
}

}  // namespace pidometer
