#include "tsk_reader/file_system/tsk/tsk_unallocated.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/tsk/tsk_image.h"

namespace pidometer {
namespace {

struct Collected {
  std::vector<ByteRange> ranges;
  bool complete = true;
  std::uint64_t block_size = 0;
  std::uint64_t volume_size = 0;
};

TSK_WALK_RET_ENUM take_block(const TSK_FS_BLOCK* block, void* pointer) {
  auto& collected = *static_cast<Collected*>(pointer);
  if (block->addr >= collected.volume_size / collected.block_size) return TSK_WALK_STOP;
  const std::uint64_t begin = block->addr * collected.block_size;
  if (!collected.ranges.empty() && collected.ranges.back().end == begin) {
    collected.ranges.back().end = begin + collected.block_size;
    return TSK_WALK_CONT;
  }
  if (!collected.ranges.empty() && begin < collected.ranges.back().end) return TSK_WALK_CONT;
  if (collected.ranges.size() >= kMostTskFreeRanges) {
    collected.complete = false;
    return TSK_WALK_STOP;
  }
  collected.ranges.push_back({begin, begin + collected.block_size});
  return TSK_WALK_CONT;
}

}  // namespace

Result<TskFreeSpace> tsk_unallocated(TSK_FS_INFO* fs, StructureReader& reader) {
  Collected collected;
  collected.block_size = fs->block_size;
  collected.volume_size = reader.size();
  if (fs->block_walk == nullptr || collected.block_size == 0 || fs->block_pre_size != 0)
    return fail(ErrorKind::unsupported, "libtsk does not know the free blocks of this filesystem");
  // Blocks of a claimed size beyond the volume are not asked about.
  const TSK_DADDR_T last =
      std::min<TSK_DADDR_T>(fs->last_block_act, collected.volume_size / collected.block_size);
  if (last < fs->first_block) return TskFreeSpace{};
  reader.start_operation();
  const auto flags = static_cast<TSK_FS_BLOCK_WALK_FLAG_ENUM>(TSK_FS_BLOCK_WALK_FLAG_UNALLOC |
                                                              TSK_FS_BLOCK_WALK_FLAG_AONLY);
  if (tsk_fs_block_walk(fs, fs->first_block, std::min(last, fs->last_block_act), flags, take_block,
                        &collected) != 0)
    return fail(ErrorKind::unreadable, "the free blocks cannot be found", take_tsk_error());
  return TskFreeSpace{std::move(collected.ranges), collected.complete};
}

}  // namespace pidometer
