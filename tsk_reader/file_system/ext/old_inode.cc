#include "tsk_reader/file_system/ext/old_inode.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// More pieces are corrupt or hostile: a log of a gigabyte, a piece a block.
constexpr std::size_t kMostPieces = 300'000;
/// Blocks of the map read for one file.
constexpr std::size_t kMostMapBlocks = 20'000;

/// Collects pieces in file order.
class OldMap {
 public:
  OldMap(const OldInode& inode, std::uint32_t block_size, std::uint64_t blocks,
         const OldBlockReader& read)
      : block_size_(block_size), blocks_(blocks), read_(read) {
    map_.size = inode.size;
    wanted_ = (inode.size + block_size - 1) / block_size;
  }

  /// A node of an extent tree: header of 12 bytes, then entries of 12.
  bool extents(std::span<const std::byte> node, int depth) {
    constexpr std::uint16_t kMagic = 0xF30A;
    const std::size_t entries = le16(node, 2);
    if (le16(node, 0) != kMagic || le16(node, 6) != depth || entries > (node.size() - 12) / 12)
      return false;
    for (std::size_t i = 0; i < entries; ++i) {
      const auto entry = node.subspan(12 + 12 * i, 12);
      const std::uint64_t logical = le32(entry, 0);
      if (logical < next_) return false;
      if (depth == 0) {
        constexpr std::uint16_t kUnwritten = 32768;  // a longer extent was never written: zeros
        const std::uint64_t count = le16(entry, 4);
        const std::uint64_t place = std::uint64_t{le16(entry, 6)} << 32U | le32(entry, 8);
        if (count == 0) return false;
        if (count > kUnwritten) {
          next_ = logical + count - kUnwritten;
        } else if (!add(logical, place, count)) {
          return false;
        }
        continue;
      }
      const std::uint64_t below = std::uint64_t{le16(entry, 8)} << 32U | le32(entry, 4);
      const std::uint64_t end =
          i + 1 < entries ? std::uint64_t{le32(node, 12 + 12 * (i + 1))} : wanted_;
      std::vector<std::byte> block(block_size_);
      if (++map_blocks_ > kMostMapBlocks) return false;
      if (below >= blocks_ || !read_(below, block) || !extents(block, depth - 1))
        lose(std::max(logical, next_), end);
      next_ = std::max(next_, std::min(end, wanted_));
    }
    return true;
  }

  bool add(std::uint64_t logical, std::uint64_t place, std::uint64_t count) {
    if (logical >= wanted_) return true;
    if (place == 0 || place >= blocks_ || count > blocks_ - place) return false;
    count = std::min(count, wanted_ - logical);
    next_ = logical + count;
    mapped_ += count;
    if (mapped_ > blocks_ || map_.extents.size() >= kMostPieces) return false;
    const std::uint64_t begin = logical * block_size_;
    const std::uint64_t end = std::min(next_ * block_size_, map_.size);
    map_.add({begin, end - begin, place * block_size_});
    return true;
  }

  /// `pointers` of a block map, each of which stands for `reach` blocks.
  bool pointers(std::span<const std::byte> numbers, std::uint64_t reach) {
    for (std::size_t i = 0; i + 4 <= numbers.size() && next_ < wanted_; i += 4) {
      const std::uint64_t place = le32(numbers, i);
      const std::uint64_t begin = next_;
      if (place != 0 && reach == 1) {
        if (!add(begin, place, 1)) return false;
      } else if (place != 0) {
        std::vector<std::byte> block(block_size_);
        if (++map_blocks_ > kMostMapBlocks) return false;
        if (place >= blocks_ || !read_(place, block) || !pointers(block, reach / (block_size_ / 4)))
          lose(std::max(begin, next_), begin + reach);
      }
      next_ = begin + reach;
    }
    return true;
  }

  void lose(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, wanted_);
    if (begin >= end) return;
    map_.lost.add({begin * block_size_, std::min(end * block_size_, map_.size)},
                  "the map of its blocks was overwritten since");
  }

  FileMap take(bool whole) {
    if (!whole) lose(next_, wanted_);
    map_.bound_to(blocks_ * block_size_);
    return std::move(map_);
  }

 private:
  FileMap map_;
  std::uint32_t block_size_;
  std::uint64_t blocks_;
  const OldBlockReader& read_;
  std::uint64_t wanted_ = 0;  ///< blocks of the file
  std::uint64_t next_ = 0;
  std::uint64_t mapped_ = 0;
  std::size_t map_blocks_ = 0;
};

}  // namespace

OldInode parse_old_inode(std::span<const std::byte> raw) {
  OldInode inode;
  if (raw.size() < 128) return inode;
  inode.mode = le16(raw, 0);
  inode.size = le32(raw, 4) | std::uint64_t{le32(raw, 108)} << 32U;
  inode.deleted = le32(raw, 20);
  inode.links = le16(raw, 26);
  inode.flags = le32(raw, 32);
  inode.generation = le32(raw, 100);
  std::copy_n(raw.begin() + 40, inode.block.size(), inode.block.begin());
  std::int64_t seconds = static_cast<std::int32_t>(le32(raw, 16));
  // Bits 0 and 1 of i_mtime_extra are the 33rd and 34th of the seconds.
  if (raw.size() >= 140 && 128U + le16(raw, 128) >= 140U)
    seconds += static_cast<std::int64_t>(le32(raw, 136) & 3U) << 32;
  inode.modified = Timestamp(std::chrono::seconds(seconds));
  return inode;
}

FileMap map_old_inode(const OldInode& inode, std::uint32_t block_size, std::uint64_t blocks,
                      const OldBlockReader& read) {
  OldMap map(inode, block_size, blocks, read);
  const std::span<const std::byte> root(inode.block);
  if (inode.has_extents()) {
    constexpr int kMostDepth = 5;  // EXT4_MAX_EXTENT_DEPTH
    const int depth = le16(root, 6);
    return map.take(depth <= kMostDepth && map.extents(root, depth));
  }
  constexpr std::size_t kDirect = 12;
  bool whole = map.pointers(root.first(kDirect * 4), 1);
  std::uint64_t reach = block_size / 4;
  for (std::size_t level = 0; whole && level < 3; ++level, reach *= block_size / 4)
    whole = map.pointers(root.subspan((kDirect + level) * 4, 4), reach);
  return map.take(whole);
}

}  // namespace pidometer
