#include "tsk_reader/file_system/ext/inode_times.h"

#include <chrono>
#include <cstdint>

namespace pidometer {
namespace {

/// Bits 0-1 of the extra word are the 33rd and 34th bit of the seconds, the rest nanoseconds.
Timestamp time_of(std::uint32_t seconds, std::uint32_t extra) {
  const std::int64_t wide =
      std::int64_t{static_cast<std::int32_t>(seconds)} + (std::int64_t{extra & 3U} << 32);
  return Timestamp(std::chrono::seconds(wide) + std::chrono::microseconds((extra >> 2) / 1000));
}

}  // namespace

void set_times(FileNode& node, const ext2_inode_large& fields, std::size_t inode_size) {
  const auto has = [&](std::size_t offset) {
    const std::size_t end = offset + sizeof(std::uint32_t);
    return inode_size > EXT2_GOOD_OLD_INODE_SIZE &&
           EXT2_GOOD_OLD_INODE_SIZE + std::size_t{fields.i_extra_isize} >= end;
  };
  const auto known = [&](std::size_t offset, std::uint32_t word) { return has(offset) ? word : 0; };
  node.modified = time_of(fields.i_mtime,
                          known(offsetof(ext2_inode_large, i_mtime_extra), fields.i_mtime_extra));
  node.changed = time_of(fields.i_ctime,
                         known(offsetof(ext2_inode_large, i_ctime_extra), fields.i_ctime_extra));
  // tools that write inodes without a kernel leave it at 0
  if (has(offsetof(ext2_inode_large, i_crtime)) && fields.i_crtime != 0)
    node.created = time_of(
        fields.i_crtime, known(offsetof(ext2_inode_large, i_crtime_extra), fields.i_crtime_extra));
}

}  // namespace pidometer
