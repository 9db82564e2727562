#include "tsk_reader/file_system/ext/ext2fs_file_map.h"

#include <algorithm>
#include <cstring>

namespace pidometer {
namespace {

/// Collects blocks in file order; refuses what a sound filesystem cannot hold.
class MapBuilder {
 public:
  MapBuilder(ext2_filsys handle, std::uint64_t size)
      : block_size_(handle->blocksize), blocks_(ext2fs_blocks_count(handle->super)) {
    map_.size = size;
  }

  std::uint64_t blocks_of_file() const { return (map_.size + block_size_ - 1) / block_size_; }

  /// False once the map is full or makes no sense.
  bool add(std::uint64_t logical, std::uint64_t physical, std::uint64_t count) {
    const std::uint64_t wanted = blocks_of_file();
    if (logical >= wanted) return true;  // preallocated past the end of the file
    if (logical < next_) return refuse("the extents overlap");
    count = std::min(count, wanted - logical);
    next_ = logical + count;
    if (physical >= blocks_ || count > blocks_ - physical) {
      map_.lost.add(bytes(logical, count), "the file points past the end of its filesystem");
      return true;
    }
    // Blocks used again and again make a small image yield endless bytes.
    mapped_ += count;
    if (mapped_ > blocks_) return refuse("the file has more blocks than its filesystem");
    const ByteRange range = bytes(logical, count);
    map_.add({range.begin, range.end - range.begin, physical * block_size_});
    return map_.extents.size() <= kMostExtents || refuse("the file has too many extents");
  }

  /// All from the first block not yet seen on is lost.
  bool refuse(const std::string& reason) {
    const std::uint64_t begin = next_ * block_size_;
    if (begin < map_.size) map_.lost.add({begin, map_.size}, reason);
    refused_ = true;
    return false;
  }
  bool refused() const { return refused_; }
  FileMap take() { return std::move(map_); }
  FileMap& map() { return map_; }

 private:
  ByteRange bytes(std::uint64_t logical, std::uint64_t count) const {
    return {logical * block_size_, std::min((logical + count) * block_size_, map_.size)};
  }

  FileMap map_;
  std::uint64_t block_size_;
  std::uint64_t blocks_;
  std::uint64_t next_ = 0;
  std::uint64_t mapped_ = 0;
  bool refused_ = false;
};

errcode_t walk_extents(ext2_filsys handle, ext2_ino_t inode, ext2_inode* fields,
                       MapBuilder& builder) {
  ext2_extent_handle_t extents = nullptr;
  errcode_t failure = ext2fs_extent_open2(handle, inode, fields, &extents);
  if (failure != 0) return failure;
  ext2fs_extent extent{};
  for (int step = EXT2_EXTENT_ROOT;; step = EXT2_EXTENT_NEXT) {
    failure = ext2fs_extent_get(extents, step, &extent);
    if (failure != 0) break;
    if ((extent.e_flags & EXT2_EXTENT_FLAGS_LEAF) == 0) continue;
    if ((extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT) != 0) continue;  // reads as zeros, by right
    if (!builder.add(extent.e_lblk, extent.e_pblk, extent.e_len)) break;
  }
  ext2fs_extent_free(extents);
  const bool complete = failure == EXT2_ET_EXTENT_NO_NEXT || failure == EXT2_ET_NO_CURRENT_NODE;
  return complete ? 0 : failure;
}

int take_block(ext2_filsys, blk64_t* block, e2_blkcnt_t logical, blk64_t, int, void* builder) {
  if (logical < 0) return 0;
  const bool good =
      static_cast<MapBuilder*>(builder)->add(static_cast<std::uint64_t>(logical), *block, 1);
  return good ? 0 : BLOCK_ABORT;
}

}  // namespace

MappedFile map_ext2fs_file(ext2_filsys handle, StructureReader& reader, ext2_ino_t inode,
                           ext2_inode* fields) {
  MapBuilder builder(handle, EXT2_I_SIZE(fields));
  const std::uint64_t damaged_before = reader.damaged_reads();
  MappedFile result;
  if ((fields->i_flags & EXT4_EXTENTS_FL) != 0) {
    result.failure = walk_extents(handle, inode, fields, builder);
  } else {
    result.failure = ext2fs_block_iterate3(
        handle, inode, BLOCK_FLAG_READ_ONLY | BLOCK_FLAG_DATA_ONLY, nullptr, take_block, &builder);
  }
  if (result.failure != 0 && !builder.refused()) builder.refuse("the file's block map is corrupt");
  if (builder.refused() && result.failure == 0) result.failure = EXT2_ET_FILESYSTEM_CORRUPTED;
  if (reader.damaged_reads() != damaged_before)
    builder.map().distrust_holes("the file's block map is damaged");
  result.map = builder.take();
  result.map.bound_to(ext2fs_blocks_count(handle->super) * handle->blocksize);
  return result;
}

std::optional<FileMap> map_ext2fs_journal_backup(ext2_filsys handle, StructureReader& reader) {
  const ext2_super_block& super = *handle->super;
  if (super.s_jnl_backup_type != 1) return std::nullopt;
  ext2_inode fields{};
  static_assert(sizeof fields.i_block == 15 * sizeof super.s_jnl_blocks[0]);
  std::memcpy(fields.i_block, super.s_jnl_blocks, sizeof fields.i_block);
  fields.i_mode = LINUX_S_IFREG;
  fields.i_size = super.s_jnl_blocks[16];
  fields.i_size_high = super.s_jnl_blocks[15];
  constexpr std::uint32_t kExtentMagic = 0xF30A;
  if ((super.s_jnl_blocks[0] & 0xFFFF) == kExtentMagic) fields.i_flags = EXT4_EXTENTS_FL;
  reader.start_operation();
  MappedFile mapped = map_ext2fs_file(handle, reader, super.s_journal_inum, &fields);
  if (mapped.failure != 0 || mapped.map.size == 0) return std::nullopt;
  return std::move(mapped.map);
}

}  // namespace pidometer
