// The input is an inode of 512 bytes (its first byte chooses v4 or v5), then the blocks of a small
// volume: the inode is parsed, and its map walked in that volume.
#include <algorithm>
#include <cstdint>
#include <span>

#include "tests/support/memory_source.h"
#include "tests/support/xfs_bytes.h"
#include "tsk_reader/file_system/xfs/xfs_extents.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"
#include "tsk_reader/file_system/xfs/xfs_symlink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  if (size < 513) return 0;
  const bool v5 = (data[0] & 1U) != 0;
  const XfsSuperblock super = xfs_geometry(v5);
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  const auto inode = parse_xfs_inode(super, 20, bytes.first(512));
  if (!inode) return 0;
  // Blocks from 30 on come from the input; the rest of the volume is zeros.
  std::string volume(180 * 1024, '\0');
  const auto blocks = bytes.subspan(512);
  const std::size_t count = std::min(blocks.size(), volume.size() - 30 * 1024);
  std::copy_n(reinterpret_cast<const char*>(blocks.data()), count, volume.begin() + 30 * 1024);
  MemorySource source(volume);
  XfsVolume reader(source, super);
  const XfsExtentList list = read_xfs_extents(reader, *inode);
  const FileMap map = make_xfs_file_map(super, list, inode->size);
  // What every user of a map relies on.
  std::uint64_t end = 0;
  for (const FileExtent& extent : map.extents) {
    if (extent.begin < end || extent.length == 0 || extent.begin + extent.length > map.size ||
        extent.source + extent.length > super.size())
      __builtin_trap();
    end = extent.begin + extent.length;
  }
  (void)read_xfs_symlink(reader, *inode);
  return 0;
}
