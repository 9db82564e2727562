#include "tsk_reader/file_system/xfs/xfs_extents.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/range_set.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kRecord = 16;
constexpr std::uint32_t kMagicV4 = 0x424d4150;  // BMAP
constexpr std::uint32_t kMagicV5 = 0x424d4133;  // BMA3
/// With 2^48 records and 13 of them at least in a block of 512 bytes a tree has 14 levels.
constexpr std::uint32_t kMostLevels = 16;

class ExtentReader {
 public:
  ExtentReader(XfsVolume& volume, const XfsInode& inode) : volume_(volume), inode_(inode) {}

  XfsExtentList read() {
    volume_.start_operation();
    const std::uint64_t damaged_before = volume_.reader().damaged_reads();
    list_.doubtful = !inode_.identified;
    if (inode_.format == XfsForkFormat::extents) {
      read_list();
    } else if (inode_.format == XfsForkFormat::btree) {
      read_root();
    } else {
      lose({0, kXfsBlockLimit}, "the file's map has an unknown format");
    }
    if (volume_.reader().damaged_reads() != damaged_before) list_.doubtful = true;
    return std::move(list_);
  }

 private:
  void read_list() {
    const std::size_t room = inode_.fork.size() / kRecord;
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(inode_.extents, room));
    add_records(Bytes(inode_.fork).first(count * kRecord), {0, kXfsBlockLimit});
    if (inode_.extents > room)
      lose({next_, kXfsBlockLimit}, "the file has more extents than its inode holds");
  }

  /// The root lies in the inode (struct xfs_bmdr_block): level, count, keys, pointers. Where keys
  /// end and pointers begin follows from the room, not from the count.
  void read_root() {
    const Bytes fork(inode_.fork);
    const std::uint32_t level = be16(fork, 0);
    const std::size_t count = be16(fork, 2);
    const std::size_t room = (fork.size() - 4) / kRecord;
    if (level == 0 || level >= kMostLevels || count == 0 || count > room) {
      lose({0, kXfsBlockLimit}, "the root of the file's map is corrupt");
      return;
    }
    read_children(fork.subspan(4), room, count, level, {0, kXfsBlockLimit});
    if (full_) return;
    if (list_.extents.size() + skipped_ != inode_.extents && list_.lost.empty()) {
      warn("has another number of extents than its inode says");
      list_.doubtful = true;
    }
  }

  /// `body`: room keys of 8 bytes (the first block below each child), then room pointers.
  void read_children(Bytes body, std::size_t room, std::size_t count, std::uint32_t level,
                     ByteRange blocks) {
    for (std::size_t i = 0; i < count && !full_; ++i) {
      const std::uint64_t begin = std::max(i == 0 ? blocks.begin : be64(body, i * 8), blocks.begin);
      const std::uint64_t end = i + 1 < count ? be64(body, (i + 1) * 8) : blocks.end;
      if (begin >= end || end > blocks.end) {
        lose({std::min(std::max(next_, blocks.begin), blocks.end), blocks.end},
             "the keys of the file's map are out of order");
        return;
      }
      read_block(be64(body, (room + i) * 8), level - 1, {begin, end});
    }
  }

  /// A block of the tree that maps `blocks` of the file, `level` levels above the records.
  void read_block(std::uint64_t number, std::uint32_t level, ByteRange blocks) {
    const XfsSuperblock& super = volume_.super();
    const auto offset = super.block_offset(number, 1);
    if (!offset) {
      lose(blocks, "a block of the file's map lies outside of the filesystem");
      return;
    }
    std::vector<std::byte> block(super.block_size);
    if (!volume_.read_at(*offset, block)) {
      lose(blocks, "a block of the file's map cannot be read");
      return;
    }
    const std::size_t header = super.v5 ? 72 : 24;
    const std::size_t room = (block.size() - header) / kRecord;
    const std::size_t count = be16(block, 6);
    if (be32(block, 0) != (super.v5 ? kMagicV5 : kMagicV4) || be16(block, 4) != level ||
        count == 0 || count > room) {
      lose(blocks, "a block of the file's map is corrupt");
      return;
    }
    if (!volume_.check(block, kXfsMapIdentity, *offset, inode_.number,
                       fmt::format("inode {}: block of its map", inode_.number)))
      list_.doubtful = true;
    const Bytes body = Bytes(block).subspan(header);
    if (level == 0)
      add_records(body.first(count * kRecord), blocks);
    else
      read_children(body, room, count, level, blocks);
  }

  /// Takes records of the map that have to lie within `blocks` of the file, in order.
  void add_records(Bytes records, ByteRange blocks) {
    const XfsSuperblock& super = volume_.super();
    next_ = std::max(next_, blocks.begin);
    for (std::size_t at = 0; at < records.size(); at += kRecord) {
      const XfsExtent extent = parse_xfs_extent(records.subspan(at, kRecord));
      if (extent.count == 0 || extent.begin < next_ || extent.end() > blocks.end) {
        lose({next_, blocks.end}, "the extents of the file are out of order");
        return;
      }
      next_ = extent.end();
      if (!super.block_offset(extent.start, extent.count)) {
        ++skipped_;
        lose({extent.begin, extent.end()}, "the file points past the end of its filesystem");
        continue;
      }
      // Blocks used again and again make a small image yield endless bytes.
      mapped_ += extent.count;
      if (mapped_ > super.blocks || list_.extents.size() >= kMostXfsExtents) {
        full_ = true;
        lose({extent.begin, kXfsBlockLimit}, mapped_ > super.blocks
                                                 ? "the file has more blocks than its filesystem"
                                                 : "the file has too many extents");
        return;
      }
      list_.extents.push_back(extent);
    }
  }

  void lose(ByteRange blocks, const std::string& reason) {
    list_.lost.add(blocks, reason);
    warn("is corrupt: " + reason);
  }
  void warn(const std::string& what) {
    volume_.warn(WarningKind::damaged_image,
                 fmt::format("inode {}: the map of its blocks {}", inode_.number, what));
  }

  XfsVolume& volume_;
  const XfsInode& inode_;
  XfsExtentList list_;
  std::uint64_t next_ = 0;     ///< first block of the file that no record so far has named
  std::uint64_t mapped_ = 0;   ///< blocks
  std::uint64_t skipped_ = 0;  ///< records that point outside
  bool full_ = false;
};

}  // namespace

XfsExtent parse_xfs_extent(Bytes bytes) {
  const std::uint64_t upper = be64(bytes, 0);
  const std::uint64_t lower = be64(bytes, 8);
  XfsExtent extent;
  extent.unwritten = upper >> 63U != 0;
  extent.begin = (upper & (~std::uint64_t{0} >> 1U)) >> 9U;
  extent.start = (upper & 0x1FFU) << 43U | lower >> 21U;
  extent.count = lower & 0x1FFFFFU;
  return extent;
}

XfsExtentList read_xfs_extents(XfsVolume& volume, const XfsInode& inode) {
  return ExtentReader(volume, inode).read();
}

FileMap make_xfs_file_map(const XfsSuperblock& super, const XfsExtentList& list,
                          std::uint64_t size) {
  FileMap map;
  map.size = size;
  const std::uint64_t blocks = (size + super.block_size - 1) >> super.block_log;
  const auto bytes = [&](std::uint64_t block) {
    return block >= blocks ? size : block << super.block_log;
  };
  std::uint64_t covered = 0;
  const auto distrust = [&](std::uint64_t begin, std::uint64_t end) {
    if (list.doubtful && begin < end) map.lost.add({begin, end}, "the file's map is damaged");
  };
  for (const DamagedRange& lost : list.lost.all())
    map.lost.add({bytes(lost.range.begin), bytes(lost.range.end)}, lost.reason);
  for (const XfsExtent& extent : list.extents) {
    if (extent.begin >= blocks) break;  // preallocated past the end of the file
    const auto source = super.block_offset(extent.start, extent.count);
    const std::uint64_t begin = bytes(extent.begin);
    const std::uint64_t end = bytes(extent.end());
    distrust(covered, begin);
    covered = end;
    if (source && !extent.unwritten) map.add({begin, end - begin, *source});
  }
  distrust(covered, size);
  map.bound_to(super.size());
  return map;
}

std::vector<ByteRange> xfs_slack(const XfsSuperblock& super, const XfsExtentList& list,
                                 std::uint64_t size) {
  std::vector<ByteRange> slack;
  if (list.doubtful) return slack;
  for (const XfsExtent& extent : list.extents) {
    const auto source = super.block_offset(extent.start, extent.count);
    if (!source) continue;
    const std::uint64_t begin = extent.begin << super.block_log;
    const std::uint64_t length = extent.count << super.block_log;
    const std::uint64_t written =
        extent.unwritten || begin >= size ? 0 : std::min(size - begin, length);
    if (written < length) slack.push_back({*source + written, *source + length});
  }
  return made_disjoint(std::move(slack));
}

}  // namespace pidometer
