#include "tsk_reader/file_system/ext/jbd2_superblock.h"

#include <ext2fs/ext2fs.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kKnownIncompatible = 0x3F;
constexpr std::uint32_t kKnownCompatible = 0x1;
/// JBD2_MIN_JOURNAL_BLOCKS: what a fast-commit area has to leave for the ring.
constexpr std::uint32_t kFewestRingBlocks = 1024;
/// JBD2_DEFAULT_FAST_COMMIT_BLOCKS, where the superblock gives no number.
constexpr std::uint32_t kDefaultFastCommitBlocks = 256;
constexpr std::size_t kSize = 1024;
constexpr std::size_t kUuid = 48;
constexpr std::size_t kChecksum = 252;
constexpr std::byte kCrc32c{4};

bool checksum_fails(std::span<const std::byte> bytes) {
  std::vector<std::byte> copy(bytes.begin(), bytes.begin() + kSize);
  std::fill_n(copy.begin() + kChecksum, 4, std::byte{0});
  return jbd2_checksum(~0U, copy) != be32(bytes, kChecksum);
}

}  // namespace

std::uint32_t jbd2_checksum(std::uint32_t seed, std::span<const std::byte> bytes) {
  return ext2fs_crc32c_le(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

Result<Jbd2Superblock> parse_jbd2_superblock(std::span<const std::byte> bytes,
                                             std::uint32_t block_size, std::uint64_t file_blocks) {
  const auto refuse = [](std::string reason) {
    return fail(ErrorKind::unreadable, "the journal's superblock is corrupt", std::move(reason));
  };
  if (bytes.size() < kSize || be32(bytes, 0) != kJbd2Magic) return refuse("it has no magic number");
  Jbd2Superblock super;
  const std::uint32_t type = be32(bytes, 4);
  if (type != 3 && type != 4) return refuse(fmt::format("its block type is {}", type));
  super.version = type - 2;
  super.block_size = be32(bytes, 12);
  super.blocks = be32(bytes, 16);
  super.first = be32(bytes, 20);
  super.sequence = be32(bytes, 24);
  super.start = be32(bytes, 28);
  if (super.block_size != block_size || block_size < kSize)
    return refuse(fmt::format("its blocks have {} bytes, those of the filesystem {}",
                              super.block_size, block_size));
  if (super.version == 2) {
    super.compatible = be32(bytes, 36);
    super.incompatible = be32(bytes, 40);
    if ((super.incompatible & ~kKnownIncompatible) != 0 ||
        (super.compatible & ~kKnownCompatible) != 0 || be32(bytes, 44) != 0)
      return fail(ErrorKind::unsupported, "the journal has a feature that is not known",
                  fmt::format("compatible {:#x}, incompatible {:#x}, read-only {:#x}",
                              super.compatible, super.incompatible, be32(bytes, 44)));
    if (super.has_checksum_v2() && super.has_checksum_v3())
      return refuse("it has checksums of two versions");
    if (super.has_block_checksums()) {
      if (super.has_commit_checksum()) return refuse("it has checksums of two versions");
      if (bytes[80] != kCrc32c) return refuse("its checksums are of an unknown type");
      super.checksum_failed = checksum_fails(bytes);
    }
    super.seed = jbd2_checksum(~0U, bytes.subspan(kUuid, 16));
  }
  if (super.blocks > file_blocks)
    return refuse(fmt::format("it counts {} blocks, its file has {}", super.blocks, file_blocks));
  if (super.blocks > kMostJbd2Blocks)
    return refuse(fmt::format("it counts {} blocks", super.blocks));
  if (super.has_fast_commit()) {
    const std::uint32_t given = be32(bytes, 84);
    super.fast_commit_blocks = given != 0 ? given : kDefaultFastCommitBlocks;
    if (super.blocks < kFewestRingBlocks ||
        super.blocks - kFewestRingBlocks < super.fast_commit_blocks)
      return refuse("its fast-commit area leaves no room for transactions");
  }
  if (super.first == 0 || super.first >= super.ring_end())
    return refuse(fmt::format("its log begins at block {} of {}", super.first, super.ring_end()));
  if (super.start != 0 && (super.start < super.first || super.start >= super.ring_end()))
    return refuse(fmt::format("its first transaction begins at block {} of {}", super.start,
                              super.ring_end()));
  return super;
}

}  // namespace pidometer
