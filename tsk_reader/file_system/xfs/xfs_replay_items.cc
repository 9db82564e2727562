#include "tsk_reader/file_system/xfs/xfs_replay_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_log_inode.h"
#include "tsk_reader/file_system/xfs/xfs_metadata_lsn.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// Flags of xfs_buf_log_format.
constexpr std::uint16_t kOfInodes = 1U << 0U;
constexpr std::uint16_t kCancel = 1U << 1U;
constexpr std::uint16_t kOfQuota = 0x4 | 0x8 | 0x10;  // user, project, group
/// What one bit of a buffer's map stands for.
constexpr std::size_t kChunk = 128;
/// No structure is larger than this; extended attributes and directories have blocks of 64 KiB.
constexpr std::uint64_t kMostBufferBlocks = 65536 / kXfsLogBlock;
// Fields of xfs_inode_log_format.
constexpr std::uint32_t kLocal = 0x002;
constexpr std::uint32_t kExtents = 0x004;
constexpr std::uint32_t kRoot = 0x008;

/// [begin, end) of the next run of set bits from `from` on; begin == end where there is none.
struct BitRun {
  std::size_t begin;
  std::size_t end;
};
BitRun next_run(const std::vector<std::uint32_t>& words, std::size_t from) {
  const std::size_t bits = words.size() * 32;
  const auto set = [&](std::size_t bit) { return (words[bit / 32] >> (bit % 32) & 1U) != 0; };
  while (from < bits && !set(from)) ++from;
  std::size_t end = from;
  while (end < bits && set(end)) ++end;
  return {from, end};
}

/// Log sequence numbers compare by cycle, then block: as numbers.
bool is_known(std::uint64_t lsn) {
  return lsn != 0 && lsn != ~std::uint64_t{0};
}

}  // namespace

std::optional<XfsLogBuffer> parse_xfs_log_buffer(const XfsLogItem& item) {
  const Bytes bytes(item.regions[0]);
  if (bytes.size() < 20) return std::nullopt;
  XfsLogBuffer buffer;
  const std::uint16_t flags = le16(bytes, 4);
  buffer.blocks = le16(bytes, 6);
  buffer.block = le64(bytes, 8);
  buffer.cancel = (flags & kCancel) != 0;
  buffer.of_inodes = (flags & kOfInodes) != 0;
  buffer.of_quota = (flags & kOfQuota) != 0;
  const std::size_t words = le32(bytes, 16);
  if (buffer.cancel) return buffer;
  if (buffer.blocks == 0 || buffer.blocks > kMostBufferBlocks || words > (bytes.size() - 20) / 4)
    return std::nullopt;
  for (std::size_t i = 0; i < words; ++i) buffer.chunks.push_back(le32(bytes, 20 + i * 4));
  return buffer;
}

std::optional<XfsLogInode> parse_xfs_log_inode(const XfsLogItem& item) {
  const Bytes bytes(item.regions[0]);
  // 32-bit machines of old left out the padding behind the sizes.
  const std::size_t padding = bytes.size() >= 56 ? 4 : 0;
  if (bytes.size() < 52) return std::nullopt;
  XfsLogInode inode;
  inode.fields = le32(bytes, 4);
  inode.number = le64(bytes, 12 + padding);
  inode.block = le64(bytes, 36 + padding);
  inode.blocks = le32(bytes, 44 + padding);
  return inode;
}

std::optional<XfsLogNewInodes> parse_xfs_log_new_inodes(const XfsLogItem& item,
                                                        const XfsSuperblock& super) {
  const Bytes bytes(item.regions[0]);
  if (bytes.size() < 28) return std::nullopt;
  const std::uint64_t ag = be32(bytes, 4);
  const std::uint64_t ag_block = be32(bytes, 8);
  const std::uint64_t count = be32(bytes, 12);
  const std::uint64_t length = be32(bytes, 20);
  const std::uint64_t block = ag << super.ag_block_log | ag_block;
  const auto offset = super.block_offset(block, length);
  constexpr std::uint64_t kLargestGroup = std::uint64_t{1} << 20U;  // 64 inodes of 2 KiB: 128 KiB
  if (!offset || ag_block >> super.ag_block_log != 0 || be32(bytes, 16) != super.inode_size ||
      length == 0 || length > kLargestGroup >> super.block_log ||
      count != length << super.inodes_per_block_log)
    return std::nullopt;
  return XfsLogNewInodes{*offset, length << super.block_log, block << super.inodes_per_block_log,
                         be32(bytes, 24)};
}

bool XfsPatch::read(std::uint64_t offset, std::span<std::byte> out) {
  if (offset > volume_size_ || out.size() > volume_size_ - offset) return false;
  return overlay_->read_at(offset, out).has_value();
}

bool XfsPatch::write(std::uint64_t offset, Bytes bytes) {
  if (offset > volume_size_ || bytes.size() > volume_size_ - offset) return false;
  while (!bytes.empty()) {
    const std::uint64_t sector = offset / kXfsLogBlock;
    const auto within = static_cast<std::size_t>(offset % kXfsLogBlock);
    const std::size_t count = std::min(bytes.size(), kXfsLogBlock - within);
    const ByteRange place{sector * kXfsLogBlock, (sector + 1) * kXfsLogBlock};
    const bool is_new = overlay_->replaced(place).empty();
    std::vector<std::byte> whole(kXfsLogBlock);
    if (count < kXfsLogBlock) {
      if (!overlay_->read_at(place.begin, whole)) return false;
      // What lies around the replaced bytes stays as lost as it was.
      if (is_new)
        for (const DamagedRange& one : overlay_->damage(place))
          overlay_->mark_damaged(one.range, one.reason);
    }
    std::copy_n(bytes.begin(), count, whole.begin() + static_cast<std::ptrdiff_t>(within));
    overlay_->replace(sector, std::move(whole));
    sectors_ += is_new ? 1 : 0;
    if (too_large()) return false;
    bytes = bytes.subspan(count);
    offset += count;
  }
  return true;
}

std::string XfsReplayTarget::replay_buffer(const XfsLogBuffer& buffer, const XfsLogItem& item,
                                           std::uint64_t lsn) {
  if (buffer.of_quota) return {};
  if (buffer.block >= super_.size() / kXfsLogBlock) return "a buffer in it lies outside";
  const std::uint64_t offset = buffer.block * kXfsLogBlock;
  std::vector<std::byte> now(static_cast<std::size_t>(buffer.blocks * kXfsLogBlock));
  if (!patch_.read(offset, now)) return "a buffer in it lies outside";
  const std::uint64_t on_disk = xfs_metadata_lsn(super_, now);
  if (is_known(on_disk) && on_disk >= lsn) return {};
  std::size_t bit = 0;
  for (std::size_t i = 1; i < item.regions.size(); ++i) {
    const BitRun run = next_run(buffer.chunks, bit);
    // A run may be split into several regions, where the buffer's pages were apart.
    const std::size_t count = std::min(run.end - run.begin, item.regions[i].size() / kChunk);
    if (count == 0 || run.begin + count > now.size() / kChunk) return "a buffer in it is corrupt";
    const auto bytes = Bytes(item.regions[i]).first(count * kChunk);
    if (!patch_.write(offset + run.begin * kChunk, bytes)) return "it is too large";
    bit = run.begin + count;
  }
  return {};
}

std::string XfsReplayTarget::replay_inode(const XfsLogInode& inode, const XfsLogItem& item,
                                          std::uint64_t lsn) {
  const auto fault = [&](const char* what) {
    return fmt::format("inode {} in it {}", inode.number, what);
  };
  const auto offset = super_.inode_offset(inode.number);
  std::vector<std::byte> now(super_.inode_size);
  if (!offset || !patch_.read(*offset, now)) return fault("lies outside");
  if (be16(now, 0) != kXfsInodeMagic) return fault("is not where it should be");
  if (item.regions.size() < 2) return fault("is corrupt");
  const Bytes core(item.regions[1]);
  if (core.size() < kXfsCoreV3 || le16(core, 0) != kXfsInodeMagic) return fault("is corrupt");
  // Several checkpoints can have one number: only a newer one stays (xfs_inode_item_recover.c).
  const std::uint64_t on_disk = be64(now, 112);
  if (is_known(on_disk) && on_disk > lsn) return {};
  write_xfs_log_core(core.first(kXfsCoreV3), lsn, now);
  const std::size_t room = now.size() - kXfsCoreV3;
  const std::size_t fork_offset = std::to_integer<std::size_t>(now[82]) * 8;
  if (fork_offset >= room) return fault("is corrupt");
  const auto fork = std::span(now).subspan(kXfsCoreV3, fork_offset == 0 ? room : fork_offset);
  if ((inode.fields & (kLocal | kExtents | kRoot)) != 0) {
    if (item.regions.size() < 3) return fault("is corrupt");
    const Bytes logged(item.regions[2]);
    if ((inode.fields & kRoot) != 0) {
      if (!write_xfs_map_root(logged, fork)) return fault("has a corrupt map");
    } else {
      if (logged.size() > fork.size()) return fault("is corrupt");
      std::copy(logged.begin(), logged.end(), fork.begin());
    }
  }
  return patch_.write(*offset, now) ? "" : "it is too large";
}

void XfsReplayTarget::create_inodes(const XfsLogNewInodes& chunk) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(chunk.bytes));
  const std::size_t count = bytes.size() / super_.inode_size;
  for (std::size_t i = 0; i < count; ++i)
    write_xfs_new_inode(super_, chunk.first + i, chunk.generation,
                        std::span(bytes).subspan(i * super_.inode_size, super_.inode_size));
  patch_.write(chunk.offset, bytes);
}

}  // namespace pidometer
