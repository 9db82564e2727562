#include "tsk_reader/file_system/btrfs/btrfs_free_space.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/range_set.h"

namespace pidometer {
namespace {

/// As many as the extents of a file; what is beyond counts as taken.
constexpr std::size_t kMostRanges = 2'000'000;
/// BTRFS_DEVICE_RANGE_RESERVED.
constexpr std::uint64_t kReserved = std::uint64_t{1} << 20;
constexpr std::uint64_t kLastMirror = std::uint64_t{256} << 30;

std::uint64_t end_of(std::uint64_t begin, std::uint64_t length) {
  return length > kBtrfsMaxOffset - begin ? kBtrfsMaxOffset : begin + length;
}

class FreeSpace {
 public:
  explicit FreeSpace(BtrfsVolume& volume) : volume_(volume) {}

  Result<std::vector<ByteRange>> read(const std::vector<ByteRange>& logged) {
    const auto extents = volume_.tree(btrfs_object::extent_tree);
    if (!extents) return fail(ErrorKind::unreadable, "btrfs's extent tree is not found");
    volume_.blocks().start_operation();
    if (!read_extents(*extents))
      return fail(ErrorKind::unreadable, "btrfs's extent tree is damaged");
    taken_.insert(taken_.end(), logged.begin(), logged.end());
    const RangeSet taken(made_disjoint(std::move(taken_)));
    for (const auto& [logical, chunk] : volume_.chunks().chunks()) add_chunk(chunk, taken);
    add_device();
    std::vector<ByteRange> mirrors;
    for (const std::uint64_t offset : {kBtrfsSuperOffset, kBtrfsMirrorOffset, kLastMirror})
      mirrors.push_back({offset, offset + kBtrfsSuperBytes});
    return ranges_without(made_disjoint(std::move(free_)), mirrors);
  }

 private:
  /// False where an item cannot be trusted.
  bool read_extents(const BtrfsTreeRoot& tree) {
    bool sound = true;
    std::uint64_t full = kBtrfsMaxOffset;
    const auto lost = volume_.trees().walk(tree, {}, [&](const BtrfsItem& item) {
      sound = sound && !item.doubtful;
      const bool data = item.key.type == btrfs_item::extent;
      if (!data && item.key.type != btrfs_item::metadata) return sound;
      const std::uint64_t begin = item.key.objectid;
      const std::uint64_t end = end_of(begin, data ? item.key.offset : volume_.super().node_size);
      if (!taken_.empty() && taken_.back().end == begin)
        taken_.back().end = end;
      else if (taken_.size() < kMostRanges)
        taken_.push_back({begin, end});
      else
        full = std::min(full, begin);
      return sound && full == kBtrfsMaxOffset;
    });
    for (const BtrfsKeyRange& range : lost)
      taken_.push_back({range.first.objectid, end_of(range.end.objectid, 1)});
    if (!lost.empty())
      volume_.warnings().damaged(
          "the extent tree is damaged; a part of the free space is not known");
    if (full != kBtrfsMaxOffset) {
      taken_.push_back({full, kBtrfsMaxOffset});
      volume_.warnings().warn(WarningKind::unsupported,
                              "the extents are in more than 2000000 runs; the free space behind "
                              "them is not searched");
    }
    return sound;
  }

  void add_chunk(const BtrfsChunk& chunk, const RangeSet& taken) {
    const ByteRange whole{chunk.logical, chunk.logical + chunk.length};
    for (const ByteRange& hole : ranges_without({whole}, taken.common(whole)))
      for (std::uint64_t at = hole.begin; at < hole.end;) {
        const BtrfsPlace place = volume_.chunks().find(at);
        const std::uint64_t length = std::min(place.length, hole.end - at);
        if (length == 0) break;
        if (!place.copies.empty()) {
          add(place.copies.front(), length);
        } else if (chunk.stripes.size() > 1) {
          volume_.warnings().warn(WarningKind::unsupported,
                                  "the free space of its chunks over several devices is not "
                                  "searched");
        }
        at += length;
      }
  }

  /// What no chunk takes, by the device tree's items and, against a damaged one, by the chunks.
  void add_device() {
    const auto tree = volume_.tree(btrfs_object::device_tree);
    std::vector<ByteRange> used;
    bool known = tree.has_value();
    if (tree) {
      volume_.blocks().start_operation();
      const auto lost = volume_.trees().walk(
          *tree, btrfs_items_of(volume_.super().device_id, btrfs_item::device_extent),
          [&](const BtrfsItem& item) {
            constexpr std::size_t kLength = 24;  // of struct btrfs_dev_extent
            known = known && !item.doubtful && item.data.size() >= kLength + 8;
            if (known)
              used.push_back({item.key.offset, end_of(item.key.offset, le64(item.data, kLength))});
            return known && used.size() < kMostRanges;
          });
      known = known && lost.empty() && used.size() < kMostRanges;
    }
    if (!known) {
      volume_.warnings().damaged(
          "the device tree is damaged; the space of the device that is in no chunk is not known");
      return;
    }
    // A stripe of more than two devices is shorter than its chunk, by a factor of its profile.
    for (const auto& [logical, chunk] : volume_.chunks().chunks())
      for (const BtrfsChunk::Stripe& stripe : chunk.stripes)
        if (stripe.device_id == volume_.super().device_id && chunk.stripes.size() <= 2)
          used.push_back({stripe.offset, end_of(stripe.offset, chunk.length)});
    const std::uint64_t size = volume_.super().device_bytes;
    if (size <= kReserved) return;
    for (const ByteRange& gap : ranges_without({{kReserved, size}}, made_disjoint(std::move(used))))
      add(gap.begin, gap.end - gap.begin);
  }

  void add(std::uint64_t begin, std::uint64_t length) {
    const std::uint64_t size = volume_.source().size();
    if (begin < size && free_.size() < kMostRanges)
      free_.push_back({begin, begin + std::min(length, size - begin)});
  }

  BtrfsVolume& volume_;
  std::vector<ByteRange> taken_;  ///< logical
  std::vector<ByteRange> free_;   ///< of the volume
};

}  // namespace

std::vector<ByteRange> btrfs_slack(const BtrfsChunkMap& chunks,
                                   const std::vector<BtrfsFileExtent>& extents,
                                   std::uint64_t size) {
  using Kind = BtrfsFileExtent::Kind;
  std::vector<ByteRange> slack;
  for (const BtrfsFileExtent& extent : extents) {
    if (extent.kind == Kind::inline_bytes || extent.disk == 0 || extent.doubtful ||
        extent.encoded || extent.compression != 0 || extent.skip > extent.disk_bytes ||
        extent.length > extent.disk_bytes - extent.skip)
      continue;
    const std::uint64_t written = extent.kind == Kind::preallocated || extent.begin >= size
                                      ? 0
                                      : std::min(size - extent.begin, extent.length);
    for (std::uint64_t at = written; at < extent.length;) {
      const BtrfsPlace place = chunks.find(extent.disk + extent.skip + at);
      const std::uint64_t length = std::min(place.length, extent.length - at);
      if (length == 0) break;
      if (!place.copies.empty())
        slack.push_back({place.copies.front(), place.copies.front() + length});
      at += length;
    }
  }
  return made_disjoint(std::move(slack));
}

Result<std::vector<ByteRange>> read_btrfs_free_space(BtrfsVolume& volume,
                                                     const std::vector<ByteRange>& logged) {
  return FreeSpace(volume).read(logged);
}

}  // namespace pidometer
