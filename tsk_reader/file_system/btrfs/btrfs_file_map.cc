#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/btrfs/btrfs_unpack.h"

namespace pidometer {
namespace {

using Kind = BtrfsFileExtent::Kind;

/// A sector unpacks to 128 KiB at best, and shared extents count more than once; what claims more
/// than this for each byte of the volume yields bytes without end and is no evidence.
constexpr std::uint64_t kMostBytesPerByte = 64;

class MapBuilder {
 public:
  MapBuilder(const BtrfsSuper& super, const BtrfsInode& fields)
      : sector_(super.sector_size), limit_(bound(super.total_bytes)) {
    map_.size = fields.size;
    map_.checked = fields.checked();
  }

  /// False once the map makes no sense any more.
  bool add(BtrfsFileExtent& extent) {
    if (extent.begin >= map_.size) return true;  // preallocated past the end of the file
    if (extent.begin < next_) return refuse("the file's extents overlap");
    if (extent.begin > limit_) return refuse("the file claims more bytes than its volume can hold");
    next_ = extent.end();
    if (extent.kind == Kind::inline_bytes) {
      add_inline(extent);
    } else if (extent.kind == Kind::regular && extent.disk != 0) {
      mapped_ += extent.length;
      if (mapped_ > limit_ || map_.pieces.size() >= kMostBtrfsExtents) {
        next_ = extent.begin;
        return refuse("the file has more extents than its volume can hold");
      }
      add_regular(extent);
    }
    return true;
  }

  /// Keys that were lost: what lies there and is not covered is unknown.
  void add_lost(ByteRange range) {
    range.end = std::min(range.end, map_.size);
    if (range.begin >= range.end) return;
    std::uint64_t at = range.begin;
    const std::string reason = "the file's extents are lost with a damaged tree block";
    for (const BtrfsPiece& piece : map_.pieces) {
      if (piece.begin + piece.length <= at) continue;
      if (piece.begin >= range.end) break;
      if (piece.begin > at) map_.lost.add({at, piece.begin}, reason);
      at = piece.begin + piece.length;
    }
    if (at < range.end) map_.lost.add({at, range.end}, reason);
  }

  BtrfsFileMap take() {
    if (map_.size > limit_) {
      // Zeros without end are no evidence.
      std::uint64_t end = 0;
      if (!map_.pieces.empty()) end = map_.pieces.back().begin + map_.pieces.back().length;
      map_.missing_tail = {{end, map_.size}, "the file claims more bytes than its volume can hold"};
      map_.size = end;
    }
    return std::move(map_);
  }

 private:
  static std::uint64_t bound(std::uint64_t volume) {
    return volume > kBtrfsMaxOffset / kMostBytesPerByte ? kBtrfsMaxOffset
                                                        : volume * kMostBytesPerByte;
  }

  bool refuse(const std::string& reason) {
    if (next_ < map_.size) map_.lost.add({next_, map_.size}, reason);
    return false;
  }
  void lose(const BtrfsFileExtent& extent, const std::string& reason) {
    map_.lost.add({extent.begin, std::min(extent.end(), map_.size)}, reason);
  }
  bool aligned(std::uint64_t value) const { return value % sector_ == 0; }

  void add_inline(BtrfsFileExtent& extent) {
    if (extent.begin != 0 || extent.encoded)
      return lose(extent,
                  extent.encoded ? "the file is encrypted" : "its inline extent is corrupt");
    if (extent.compression != 0) {
      // Inline data are less than a sector, however they are stored (fs/btrfs/inode.c).
      if (extent.unpacked > sector_) return lose(extent, "its inline extent is corrupt");
      BtrfsUnpacked unpacked = unpack_btrfs_extent(
          extent.compression, extent.bytes, static_cast<std::size_t>(extent.unpacked), sector_);
      if (!unpacked.failure.empty())
        map_.lost.add({unpacked.bytes.size(), std::min(extent.end(), map_.size)},
                      "compressed inline extent: " + unpacked.failure);
      extent.bytes = std::move(unpacked.bytes);
    }
    BtrfsPiece piece;
    piece.kind = BtrfsPiece::Kind::memory;
    piece.length = std::min<std::uint64_t>(extent.bytes.size(), map_.size);
    extent.bytes.resize(static_cast<std::size_t>(piece.length));
    piece.bytes = std::move(extent.bytes);
    if (extent.doubtful)
      map_.lost.add({0, piece.length}, "it is kept in a tree block that is damaged");
    if (piece.length > 0) map_.pieces.push_back(std::move(piece));
  }

  void add_regular(const BtrfsFileExtent& extent) {
    if (extent.encoded) return lose(extent, "the file is encrypted");
    const bool packed = extent.compression != 0;
    const std::uint64_t whole = packed ? extent.unpacked : extent.disk_bytes;
    const bool sound = aligned(extent.begin) && aligned(extent.length) && extent.length > 0 &&
                       aligned(extent.disk) && aligned(extent.disk_bytes) && aligned(extent.skip) &&
                       extent.skip <= whole && extent.length <= whole - extent.skip &&
                       extent.disk <= kBtrfsMaxOffset - extent.disk_bytes;
    if (!sound) return lose(extent, "its extent is corrupt");
    if (packed && (whole > kBtrfsLargestPacked || extent.disk_bytes > kBtrfsLargestPacked))
      return lose(extent, "its compressed extent is larger than any");
    BtrfsPiece piece;
    piece.begin = extent.begin;
    piece.length = std::min(extent.length, map_.size - extent.begin);
    piece.logical = extent.disk;
    if (packed) {
      piece.kind = BtrfsPiece::Kind::packed;
      piece.disk_bytes = extent.disk_bytes;
      piece.unpacked = static_cast<std::size_t>(whole);
      piece.skip = static_cast<std::size_t>(extent.skip);
      piece.compression = extent.compression;
    } else {
      piece.logical += extent.skip;
    }
    map_.pieces.push_back(std::move(piece));
  }

  BtrfsFileMap map_;
  std::uint64_t sector_;
  std::uint64_t limit_;
  std::uint64_t next_ = 0;
  std::uint64_t mapped_ = 0;
};

}  // namespace

BtrfsFileMap map_btrfs_file(const BtrfsSuper& super, std::uint64_t inode, const BtrfsInode& fields,
                            std::vector<BtrfsFileExtent> extents, const BtrfsLostKeys& lost) {
  MapBuilder builder(super, fields);
  for (BtrfsFileExtent& extent : extents)
    if (!builder.add(extent)) break;
  const BtrfsKey first{inode, btrfs_item::extent_data, 0};
  const BtrfsKey end{inode, btrfs_item::extent_data + 1, 0};
  for (const BtrfsKeyRange& range : lost) {
    if (range.end <= first || range.first >= end) continue;
    builder.add_lost({range.first <= first ? 0 : range.first.offset,
                      range.end >= end ? kBtrfsMaxOffset : range.end.offset});
  }
  return builder.take();
}

std::vector<ByteRange> btrfs_changed_ranges(const BtrfsFileMap& then, const BtrfsFileMap& now) {
  // Both files cut at every border of a piece: within a stretch each is one piece or a hole.
  std::vector<std::uint64_t> borders{0, now.size, std::min(then.size, now.size)};
  for (const BtrfsFileMap* map : {&then, &now})
    for (const BtrfsPiece& piece : map->pieces)
      for (const std::uint64_t at : {piece.begin, piece.begin + piece.length})
        if (at < now.size) borders.push_back(at);
  std::sort(borders.begin(), borders.end());
  const auto piece_at = [](const BtrfsFileMap& map, std::uint64_t at) -> const BtrfsPiece* {
    const auto next = std::upper_bound(
        map.pieces.begin(), map.pieces.end(), at,
        [](std::uint64_t value, const BtrfsPiece& piece) { return value < piece.begin; });
    if (next == map.pieces.begin()) return nullptr;
    const BtrfsPiece& piece = *std::prev(next);
    return at - piece.begin < piece.length ? &piece : nullptr;
  };
  const auto same = [](const BtrfsPiece* a, const BtrfsPiece* b) {
    if (a == nullptr || b == nullptr) return a == b;
    if (a->kind != b->kind) return false;
    if (a->kind == BtrfsPiece::Kind::plain) return a->logical - a->begin == b->logical - b->begin;
    if (a->kind == BtrfsPiece::Kind::memory) return a->bytes == b->bytes;
    return a->logical == b->logical && a->unpacked == b->unpacked &&
           a->skip - a->begin == b->skip - b->begin;
  };
  std::vector<ByteRange> changed;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    const ByteRange here{borders[i], borders[i + 1]};
    if (here.begin == here.end) continue;
    if (here.begin < then.size && same(piece_at(then, here.begin), piece_at(now, here.begin)))
      continue;
    if (!changed.empty() && changed.back().end == here.begin)
      changed.back().end = here.end;
    else
      changed.push_back(here);
  }
  return changed;
}

}  // namespace pidometer
