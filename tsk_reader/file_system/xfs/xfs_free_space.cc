#include "tsk_reader/file_system/xfs/xfs_free_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kAgf = 0x58414746;     // XAGF
constexpr std::uint32_t kAgfl = 0x5841464c;    // XAFL
constexpr std::uint32_t kTreeV4 = 0x41425442;  // ABTB
constexpr std::uint32_t kTreeV5 = 0x41423342;  // AB3B
/// As many as the extents of a file; beyond this the trees lead in circles.
constexpr std::size_t kMostRanges = 2'000'000;
/// 2^31 records and 5 of them at least in a block of 512 bytes.
constexpr std::uint32_t kMostLevels = 16;

/// One allocation group.
class GroupReader {
 public:
  GroupReader(XfsVolume& volume, std::uint32_t ag, std::vector<ByteRange>& out)
      : volume_(volume), ag_(ag), out_(out) {}

  void read() {
    const XfsSuperblock& super = volume_.super();
    std::vector<std::byte> agf(super.sector_size);
    const std::uint64_t offset = super.ag_offset(ag_) + super.sector_size;
    if (!volume_.read_at(offset, agf)) return;
    volume_.check(agf, kXfsAgfIdentity, offset, ag_, fmt::format("free space of group {}", ag_));
    const std::uint32_t levels = be32(agf, 28);
    if (be32(agf, 0) != kAgf || levels == 0 || levels > kMostLevels) {
      corrupt();
      return;
    }
    read_block(be32(agf, 16), levels - 1);
    read_list(agf);
  }

 private:
  void read_block(std::uint32_t number, std::uint32_t level) {
    const XfsSuperblock& super = volume_.super();
    std::vector<std::byte> block(super.block_size);
    const std::uint64_t offset = super.ag_offset(ag_) + (std::uint64_t{number} << super.block_log);
    if (number >= super.ag_length(ag_) || !volume_.read_at(offset, block)) {
      corrupt();
      return;
    }
    const std::size_t header = super.v5 ? 56 : 16;
    const std::size_t count = be16(block, 6);
    // Records are start and count of blocks; a block of the tree has keys of that form, pointers.
    const std::size_t room = (block.size() - header) / (level == 0 ? 8 : 12);
    if (be32(block, 0) != (super.v5 ? kTreeV5 : kTreeV4) || be16(block, 4) != level ||
        count > room) {
      corrupt();
      return;
    }
    volume_.check(block, kXfsFreeSpaceIdentity, offset, ag_,
                  fmt::format("free space of group {}", ag_));
    for (std::size_t i = 0; i < count && out_.size() < kMostRanges; ++i) {
      if (level > 0)
        read_block(be32(block, header + room * 8 + i * 4), level - 1);
      else
        add(be32(block, header + i * 8), be32(block, header + i * 8 + 4));
    }
  }

  /// A ring of block numbers; v4 has no header in front of it.
  void read_list(Bytes agf) {
    const XfsSuperblock& super = volume_.super();
    std::vector<std::byte> list(super.sector_size);
    const std::uint64_t offset = super.ag_offset(ag_) + 3 * std::uint64_t{super.sector_size};
    const std::size_t header = super.v5 ? 36 : 0;
    const std::uint32_t room = static_cast<std::uint32_t>((list.size() - header) / 4);
    const std::uint32_t first = be32(agf, 40);
    const std::uint32_t count = be32(agf, 48);
    if (!volume_.read_at(offset, list)) return;
    if (first >= room || count > room || (super.v5 && be32(list, 0) != kAgfl)) {
      corrupt();
      return;
    }
    if (super.v5)
      volume_.check(list, kXfsAgflIdentity, offset, ag_, fmt::format("free list of group {}", ag_));
    for (std::uint32_t i = 0; i < count; ++i)
      add(be32(list, header + std::size_t{(first + i) % room} * 4), 1);
  }

  void add(std::uint32_t start, std::uint32_t count) {
    const XfsSuperblock& super = volume_.super();
    const std::uint32_t length = super.ag_length(ag_);
    if (start >= length || count > length - start) {
      corrupt();
      return;
    }
    const std::uint64_t begin = super.ag_offset(ag_) + (std::uint64_t{start} << super.block_log);
    out_.push_back({begin, begin + (std::uint64_t{count} << super.block_log)});
  }

  void corrupt() {
    volume_.warn(
        WarningKind::damaged_image,
        fmt::format("the free space of allocation group {} is corrupt; a part of it is not "
                    "known",
                    ag_));
  }

  XfsVolume& volume_;
  std::uint32_t ag_;
  std::vector<ByteRange>& out_;
};

}  // namespace

std::vector<ByteRange> read_xfs_free_space(XfsVolume& volume) {
  std::vector<ByteRange> all;
  volume.start_operation();
  for (std::uint32_t ag = 0; ag < volume.super().ag_count && all.size() < kMostRanges; ++ag) {
    // A superblock may claim millions of groups that the volume does not have.
    if (volume.super().ag_offset(ag) >= volume.reader().size()) break;
    GroupReader(volume, ag, all).read();
  }
  std::sort(all.begin(), all.end(), [](const ByteRange& a, const ByteRange& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::vector<ByteRange> merged;
  for (const ByteRange& range : all) {
    if (!merged.empty() && range.begin <= merged.back().end)
      merged.back().end = std::max(merged.back().end, range.end);
    else if (range.begin < range.end)
      merged.push_back(range);
  }
  return merged;
}

}  // namespace pidometer
