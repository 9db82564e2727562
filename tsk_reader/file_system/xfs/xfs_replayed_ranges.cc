#include "tsk_reader/file_system/xfs/xfs_replayed_ranges.h"

#include <algorithm>

#include "tsk_reader/file_system/changed_ranges.h"
#include "tsk_reader/file_system/xfs/xfs_extents.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"

namespace pidometer {
namespace {

FileMap map_of(XfsVolume& volume, const XfsInode& inode) {
  return make_xfs_file_map(volume.super(), read_xfs_extents(volume, inode), inode.size);
}

}  // namespace

Result<std::vector<ByteRange>> xfs_replayed_ranges(XfsVolume& before, XfsVolume& after,
                                                   std::uint64_t number) {
  const auto now = read_xfs_inode(after, number);
  if (!now) return tl::unexpected(now.error());
  if (now->kind != NodeKind::file || now->size == 0) return std::vector<ByteRange>{};
  const FileMap new_map = map_of(after, *now);
  const std::vector<ByteRange> all = {{0, new_map.size}};
  const auto then = read_xfs_inode(before, number);
  if (!then || then->kind != NodeKind::file || then->links == 0 ||
      then->generation != now->generation)
    return all;
  const FileMap old_map = map_of(before, *then);
  const std::uint64_t common = std::min(new_map.size, old_map.size);
  std::vector<ByteRange> parts;
  // The log of XFS holds no bytes of files: what lies where it lay is as it was.
  compare_maps(
      old_map, new_map, common, [&](ByteRange moved) { append_range(parts, moved); },
      [](ByteRange, std::uint64_t) {});
  std::vector<ByteRange> out;
  if (!parts.empty()) {
    const auto old_stream = make_extent_stream(before.reader().source(), old_map);
    const auto new_stream = make_extent_stream(after.reader().source(), new_map);
    // Where the old state cannot be read, the new one owes itself to the replay.
    if (!append_differences(*old_stream, *new_stream, parts, out)) return all;
  }
  append_range(out, {common, new_map.size});
  return out;
}

}  // namespace pidometer
