#include "tsk_reader/file_system/ext/ext2fs_free_blocks.h"

#include <algorithm>

namespace pidometer {

FreeBlocks find_free_blocks(ext2_filsys handle) {
  FreeBlocks free;
  free.failure = ext2fs_read_block_bitmap(handle);
  if (free.failure == EXT2_ET_BLOCK_BITMAP_CSUM_INVALID) {
    free.mistrusted = free.failure;
    handle->flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS;
    free.failure = ext2fs_read_block_bitmap(handle);
    handle->flags &= ~EXT2_FLAG_IGNORE_CSUM_ERRORS;
  }
  if (free.failure != 0) return free;
  const std::uint64_t block_size = handle->blocksize;
  blk64_t at = handle->super->s_first_data_block;
  const blk64_t last = ext2fs_blocks_count(handle->super) - 1;
  while (at <= last) {
    blk64_t begin = 0;
    if (ext2fs_find_first_zero_block_bitmap2(handle->block_map, at, last, &begin) != 0) break;
    blk64_t end = 0;
    if (ext2fs_find_first_set_block_bitmap2(handle->block_map, begin, last, &end) != 0)
      end = last + 1;
    begin = std::max(begin, at);
    if (end <= begin) break;
    if (free.ranges.size() >= kMostFreeRanges) {
      free.complete = false;
      break;
    }
    free.ranges.push_back({begin * block_size, end * block_size});
    at = end;
  }
  ext2fs_free_block_bitmap(handle->block_map);
  handle->block_map = nullptr;
  return free;
}

ExtGeometry ext_geometry(ext2_filsys handle) {
  ExtGeometry geometry;
  geometry.block_size = handle->blocksize;
  geometry.blocks = ext2fs_blocks_count(handle->super);
  geometry.inode_size = EXT2_INODE_SIZE(handle->super);
  geometry.inodes_per_group = handle->super->s_inodes_per_group;
  for (dgrp_t group = 0; group < handle->group_desc_count; ++group)
    geometry.inode_tables.emplace(ext2fs_inode_table_loc(handle, group), group);
  return geometry;
}

std::vector<ByteRange> find_slack(const FileMap& map, std::uint64_t block_size) {
  if (map.extents.empty()) return {};
  const FileExtent& last = map.extents.back();
  const std::uint64_t end = last.begin + last.length;
  const std::uint64_t rest = (block_size - end % block_size) % block_size;
  if (end != map.size || rest == 0) return {};
  return {{last.source + last.length, last.source + last.length + rest}};
}

}  // namespace pidometer
