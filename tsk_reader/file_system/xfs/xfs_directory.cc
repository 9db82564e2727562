#include "tsk_reader/file_system/xfs/xfs_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// Magics of xfs_da_format.h.
constexpr std::uint32_t kBlockV4 = 0x58443242;  // XD2B
constexpr std::uint32_t kDataV4 = 0x58443244;   // XD2D
constexpr std::uint32_t kBlockV5 = 0x58444233;  // XDB3
constexpr std::uint32_t kDataV5 = 0x58444433;   // XDD3
constexpr std::uint16_t kUnused = 0xFFFF;
/// A directory's index lies behind its names, from 32 GiB on (XFS_DIR2_LEAF_OFFSET).
constexpr std::uint64_t kNamesEnd = std::uint64_t{1} << 35U;
/// A directory larger than this is corrupt: kMaxDirectoryEntries names of the usual 16 to 64 bytes.
constexpr std::uint64_t kLargestDirectory = std::uint64_t{1} << 28U;
constexpr const char* kTooLarge = "it is too large";

std::size_t u8(Bytes bytes, std::size_t at) {
  return static_cast<std::size_t>(read_le(bytes, at, 1));
}
void note(XfsNames& names, const char* fault) {
  if (names.fault.empty()) names.fault = fault;
}

/// Takes a name unless it cannot be one (xfs_dir2_namecheck) or leads nowhere.
void take(const XfsSuperblock& super, Bytes name_bytes, std::uint64_t inode, XfsNames& names) {
  const std::string_view name(reinterpret_cast<const char*>(name_bytes.data()), name_bytes.size());
  if (name == "." || name == "..") return;
  if (name.empty() || name.find('/') != name.npos || name.find('\0') != name.npos) {
    note(names, "a name is corrupt");
  } else if (!super.inode_offset(inode)) {
    note(names, "an entry's inode lies outside of the filesystem");
  } else if (names.entries.size() >= kMaxDirectoryEntries) {
    note(names, kTooLarge);
  } else {
    names.entries.push_back({std::string(name), inode});
  }
}

/// An entry or a gap of a directory block.
struct Record {
  bool unused = false;
  std::size_t length = 0;
  bool fits = false;       ///< the length makes sense
  bool is_tagged = false;  ///< and the last two bytes repeat where it begins
};
Record record_at(const XfsSuperblock& super, Bytes bytes, std::size_t at, std::size_t end) {
  Record record;
  record.unused = be16(bytes, at) == kUnused;
  // An entry is number, length, name, kind, tag: to the next multiple of 8.
  const std::size_t name_end = 9 + u8(bytes, at + 8) + (super.file_type ? 1U : 0U);
  record.length = record.unused ? be16(bytes, at + 2) : (name_end + 2 + 7) & ~std::size_t{7};
  record.fits = record.length != 0 && record.length % 8 == 0 && record.length <= end - at;
  record.is_tagged = record.fits && be16(bytes, at + record.length - 2) == at;
  return record;
}

/// The end of what begins at `at`, by the tag in its last two bytes that repeats where it begins;
/// the block's end where there is none. Serves where a length is corrupt.
std::size_t next_by_tag(Bytes bytes, std::size_t at, std::size_t end) {
  for (std::size_t next = at + 16; next <= end; next += 8)
    if (be16(bytes, next - 2) == at) return next;
  return end;
}

/// Reads a directory's blocks, which may lie in pieces, one after another.
class DirectoryReader {
 public:
  DirectoryReader(XfsVolume& volume, const XfsInode& inode)
      : volume_(volume), inode_(inode), block_(volume.super().directory_block_size()) {}

  XfsNames read(const std::vector<XfsExtent>& extents) {
    const XfsSuperblock& super = volume_.super();
    const std::uint64_t per_block = std::uint64_t{1} << super.directory_block_log;
    for (const XfsExtent& extent : extents) {
      for (std::uint64_t done = 0; done < extent.count;) {
        const std::uint64_t block = extent.begin + done;
        if (block >= kNamesEnd >> super.block_log) break;
        if (block / per_block != current_) finish_block();
        current_ = block / per_block;
        if (passed_ > kLargestDirectory || stopped_) {
          note(names_, kTooLarge);
          return std::move(names_);
        }
        const std::uint64_t within = block % per_block;
        const std::uint64_t count = std::min(extent.count - done, per_block - within);
        if (!extent.unwritten) read_piece(extent.start + done, within, count);
        done += count;
      }
    }
    finish_block();
    return std::move(names_);
  }

 private:
  void read_piece(std::uint64_t start, std::uint64_t within, std::uint64_t count) {
    const XfsSuperblock& super = volume_.super();
    const auto offset = super.block_offset(start, count);
    const auto part = std::span(block_).subspan(static_cast<std::size_t>(within << super.block_log),
                                                static_cast<std::size_t>(count << super.block_log));
    passed_ += part.size();
    if (!offset || !volume_.read_at(*offset, part)) {
      stopped_ = true;
      return;
    }
    if (within == 0) offset_ = *offset;
    filled_ += count;
  }

  void finish_block() {
    const std::uint64_t per_block = std::uint64_t{1} << volume_.super().directory_block_log;
    if (filled_ != 0) {
      if (filled_ != per_block) note(names_, "a block of it is incomplete");
      volume_.check(block_, kXfsDirectoryIdentity, offset_, inode_.number,
                    fmt::format("directory inode {}", inode_.number));
      parse_xfs_directory_block(volume_.super(), block_, names_);
    }
    filled_ = 0;
    std::fill(block_.begin(), block_.end(), std::byte{0});
  }

  XfsVolume& volume_;
  const XfsInode& inode_;
  XfsNames names_;
  std::vector<std::byte> block_;
  std::uint64_t current_ = 0;  ///< number of the directory block in block_
  std::uint64_t filled_ = 0;   ///< filesystem blocks of it that were read
  std::uint64_t offset_ = 0;   ///< of its first, bytes into the volume
  std::uint64_t passed_ = 0;   ///< bytes
  bool stopped_ = false;
};

}  // namespace

void parse_xfs_short_directory(const XfsSuperblock& super, Bytes bytes, XfsNames& names) {
  // Count of entries, count of those whose inode needs 8 bytes (then all take 8), the parent.
  const std::size_t count = u8(bytes, 0);
  const std::size_t width = u8(bytes, 1) != 0 ? 8 : 4;
  std::size_t at = 2 + width;
  const std::size_t behind_name = (super.file_type ? 1U : 0U) + width;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = u8(bytes, at);
    if (at + 3 + length + behind_name > bytes.size()) {
      note(names, "an entry does not fit");
      return;
    }
    const std::size_t number = at + 3 + length + behind_name - width;
    take(super, bytes.subspan(at + 3, length),
         width == 8 ? be64(bytes, number) : be32(bytes, number), names);
    at = number + width;
  }
}

void parse_xfs_directory_block(const XfsSuperblock& super, Bytes bytes, XfsNames& names) {
  const std::uint32_t magic = be32(bytes, 0);
  const bool single = magic == (super.v5 ? kBlockV5 : kBlockV4);
  if (!single && magic != (super.v5 ? kDataV5 : kDataV4)) {
    note(names, "a block of it has no magic number");
    return;
  }
  std::size_t end = bytes.size();
  if (single) {
    // The index of names stands at the end: entries of 8 bytes, their count, the count of stale.
    const std::size_t index = (std::size_t{be32(bytes, end - 8)} + 1) * 8;
    if (index <= end - 64)
      end -= index;
    else
      note(names, "its index does not fit");
  }
  for (std::size_t at = super.v5 ? 64 : 16; at < end;) {
    const Record record = record_at(super, bytes, at, end);
    // Whether its length or its tag is wrong, what follows tells.
    const std::size_t next = at + record.length;
    const bool follows =
        record.fits && (next == end || record_at(super, bytes, next, end).is_tagged);
    if (!record.is_tagged) note(names, "an entry is corrupt");
    if (!record.is_tagged && !follows) {
      at = next_by_tag(bytes, at, end);
      continue;
    }
    if (!record.unused)
      take(super, bytes.subspan(at + 9, u8(bytes, at + 8)), be64(bytes, at), names);
    at = next;
  }
}

Result<std::vector<DirectoryEntry>> list_xfs_directory(XfsVolume& volume, const XfsInode& inode) {
  if (inode.kind != NodeKind::directory)
    return fail(ErrorKind::unreadable, fmt::format("inode {} is no directory", inode.number));
  XfsNames names;
  if (inode.format == XfsForkFormat::local) {
    const Bytes fork(inode.fork);
    parse_xfs_short_directory(
        volume.super(),
        fork.first(static_cast<std::size_t>(std::min<std::uint64_t>(inode.size, fork.size()))),
        names);
  } else {
    const XfsExtentList list = read_xfs_extents(volume, inode);
    names = DirectoryReader(volume, inode).read(list.extents);
    const std::uint64_t names_end = kNamesEnd >> volume.super().block_log;
    if (!list.lost.clipped({0, names_end}).empty()) note(names, "a part of it cannot be found");
  }
  if (!names.fault.empty())
    volume.warn(WarningKind::damaged_image,
                fmt::format("directory inode {} is corrupt ({}); files may be missing",
                            inode.number, names.fault));
  return std::move(names.entries);
}

}  // namespace pidometer
