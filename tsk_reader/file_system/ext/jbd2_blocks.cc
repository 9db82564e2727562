#include "tsk_reader/file_system/ext/jbd2_blocks.h"

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kTailSize = 4;
constexpr std::size_t kUuidSize = 16;
constexpr std::size_t kCommitHeaderSize = 60;
constexpr std::size_t kCommitChecksum = 16;

constexpr std::uint32_t kEscaped = 1;
constexpr std::uint32_t kSameUuid = 2;
constexpr std::uint32_t kLastTag = 8;

/// journal_tag_bytes() in fs/jbd2/journal.c.
std::size_t tag_size(const Jbd2Superblock& super) {
  if (super.has_checksum_v3()) return 16;
  return 8U + (super.has_checksum_v2() ? 2U : 0U) + (super.has_64bit() ? 4U : 0U);
}

std::size_t usable_size(const Jbd2Superblock& super, std::span<const std::byte> block) {
  const std::size_t tail = super.has_block_checksums() ? kTailSize : 0;
  return block.size() < tail ? 0 : block.size() - tail;
}

/// The checksum of a block whose own checksum, at `at`, counts as zeros.
std::uint32_t checksum_without(std::uint32_t seed, std::span<const std::byte> block,
                               std::size_t at) {
  constexpr std::array<std::byte, 4> zeros{};
  seed = jbd2_checksum(seed, block.first(at));
  seed = jbd2_checksum(seed, zeros);
  return jbd2_checksum(seed, block.subspan(at + zeros.size()));
}

}  // namespace

Jbd2Header parse_jbd2_header(std::span<const std::byte> block) {
  return {be32(block, 4), be32(block, 8),
          block.size() >= kHeaderSize && be32(block, 0) == kJbd2Magic};
}

std::vector<Jbd2Tag> parse_jbd2_tags(const Jbd2Superblock& super,
                                     std::span<const std::byte> block) {
  std::vector<Jbd2Tag> tags;
  const std::size_t size = tag_size(super);
  const std::size_t end = usable_size(super, block);
  for (std::size_t at = kHeaderSize; at + size <= end;) {
    Jbd2Tag tag;
    tag.block = be32(block, at);
    // The flags of journal_block_tag3_t are 32 bits at 4; all that are defined lie in the lower 16.
    const std::uint32_t flags = be32(block, at + 4) & 0xFFFF;
    if (super.has_64bit()) tag.block |= std::uint64_t{be32(block, at + 8)} << 32;
    if (super.has_checksum_v3())
      tag.checksum = be32(block, at + 12);
    else if (super.has_checksum_v2())
      tag.checksum = be32(block, at + 4) >> 16;
    tag.escaped = (flags & kEscaped) != 0;
    tags.push_back(tag);
    at += size;
    if ((flags & kSameUuid) == 0) at += kUuidSize;
    if ((flags & kLastTag) != 0) break;
  }
  return tags;
}

bool parse_jbd2_revokes(const Jbd2Superblock& super, std::span<const std::byte> block,
                        std::vector<std::uint64_t>& blocks) {
  const std::size_t count = be32(block, kHeaderSize);  // bytes used, the header among them
  if (count > usable_size(super, block)) return false;
  const std::size_t width = super.has_64bit() ? 8 : 4;
  for (std::size_t at = kHeaderSize + 4; at + width <= count; at += width)
    blocks.push_back(width == 4 ? be32(block, at)
                                : std::uint64_t{be32(block, at)} << 32 | be32(block, at + 4));
  return true;
}

bool jbd2_tail_checksum_holds(const Jbd2Superblock& super, std::span<const std::byte> block) {
  if (!super.has_block_checksums()) return true;
  const std::size_t at = block.size() - kTailSize;
  return checksum_without(super.seed, block, at) == be32(block, at);
}

Jbd2Commit parse_jbd2_commit(std::span<const std::byte> block) {
  Jbd2Commit commit;
  commit.checksum_type = be32(block, kHeaderSize) >> 24;
  commit.checksum_size = be32(block, kHeaderSize) >> 16 & 0xFF;
  commit.checksum = be32(block, kCommitChecksum);
  commit.seconds = std::uint64_t{be32(block, 48)} << 32 | be32(block, 52);
  return commit;
}

bool jbd2_commit_checksum_holds(const Jbd2Superblock& super, std::span<const std::byte> block) {
  if (!super.has_block_checksums()) return true;
  const std::uint32_t given = be32(block, kCommitChecksum);
  if (checksum_without(super.seed, block, kCommitChecksum) == given) return true;
  std::vector<std::byte> header_only(block.size());
  std::copy_n(block.begin(), std::min(block.size(), kCommitHeaderSize), header_only.begin());
  return checksum_without(super.seed, header_only, kCommitChecksum) == given;
}

bool jbd2_copy_checksum_holds(const Jbd2Superblock& super, std::uint32_t tag_checksum,
                              std::uint32_t sequence, std::span<const std::byte> copy) {
  if (!super.has_block_checksums()) return true;
  std::array<std::byte, 4> big_endian{};
  for (std::size_t i = 0; i < big_endian.size(); ++i)
    big_endian[i] = static_cast<std::byte>(sequence >> (24 - 8 * i) & 0xFF);
  const std::uint32_t sum = jbd2_checksum(jbd2_checksum(super.seed, big_endian), copy);
  return tag_checksum == (super.has_checksum_v3() ? sum : sum & 0xFFFF);
}

}  // namespace pidometer
