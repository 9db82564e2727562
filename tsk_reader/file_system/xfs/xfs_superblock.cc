#include "tsk_reader/file_system/xfs/xfs_superblock.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_checks.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// Bits of sb_versionnum and sb_features2 (xfs_format.h).
constexpr std::uint32_t kDirectoryV2 = 0x2000;
constexpr std::uint32_t kAsciiCaseInsensitive = 0x4000;
constexpr std::uint32_t kMoreBits = 0x8000;
constexpr std::uint32_t kFileTypeV4 = 0x200;

/// XFS_MIN_AG_BLOCKS.
constexpr std::uint64_t kSmallestAg = 64;

/// sb_features_incompat, by bit.
constexpr std::array<std::string_view, 11> kIncompatibleNames = {
    "ftype",    "spinodes", "meta_uuid", "bigtime", "needsrepair", "nrext64",
    "exchange", "parent",   "metadir",   "zoned",   "zone_gaps"};
constexpr std::uint32_t kFileType = 1U << 0U;
constexpr std::uint32_t kMetaUuid = 1U << 2U;
constexpr std::uint32_t kNeedsRepair = 1U << 4U;
constexpr std::uint32_t kMetadataTree = 1U << 8U;
/// Zoned: the files lie on a realtime section that is written like a log.
constexpr std::uint32_t kReadable = 0x1ff;

std::string feature_names(std::uint32_t bits) {
  std::string names;
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    if ((bits >> bit & 1U) == 0) continue;
    if (!names.empty()) names += ", ";
    names += bit < kIncompatibleNames.size() ? std::string(kIncompatibleNames[bit])
                                             : fmt::format("incompatible bit {}", bit);
  }
  return names;
}

std::uint8_t u8(Bytes bytes, std::size_t at) {
  return static_cast<std::uint8_t>(read_le(bytes, at, 1));
}

/// What makes no sense, in the kernel's order (xfs_sb.c, xfs_validate_sb_common); empty where all
/// does.
const char* implausible(const XfsSuperblock& super, Bytes bytes) {
  const std::uint32_t sector_log = u8(bytes, 121);
  const std::uint32_t inode_log = u8(bytes, 122);
  if (super.block_log < 9 || super.block_log > 16 || super.block_size != 1U << super.block_log)
    return "its block size is no power of two from 512 to 65536";
  if (sector_log < 9 || sector_log > 15 || super.sector_size != 1U << sector_log)
    return "its sector size is no power of two from 512 to 32768";
  if (inode_log < 8 || inode_log > 11 || super.inode_size != 1U << inode_log ||
      inode_log > super.block_log || super.inodes_per_block_log != super.block_log - inode_log)
    return "its inode size is no power of two from 256 to 2048";
  if (super.block_log + super.directory_block_log > 16)
    return "its directory blocks are over 64 KiB";
  if (super.ag_count == 0 || super.ag_blocks < kSmallestAg)
    return "its allocation groups are too small";
  if (super.ag_block_log != std::bit_width(super.ag_blocks - 1))
    return "its allocation groups are of two sizes";
  if (super.blocks > std::uint64_t{super.ag_count} * super.ag_blocks ||
      super.blocks < std::uint64_t{super.ag_count - 1} * super.ag_blocks + kSmallestAg)
    return "its allocation groups do not add up";
  if (super.blocks > std::uint64_t{1} << (62U - super.block_log))
    return "it counts too many blocks";
  if (!super.inode_offset(super.root_inode)) return "its root lies outside";
  return nullptr;
}

}  // namespace

std::uint32_t XfsSuperblock::ag_length(std::uint64_t ag) const {
  if (ag >= ag_count) return 0;
  return ag + 1 < ag_count ? ag_blocks : static_cast<std::uint32_t>(blocks - ag * ag_blocks);
}

std::optional<std::uint64_t> XfsSuperblock::block_offset(std::uint64_t block,
                                                         std::uint64_t count) const {
  const std::uint64_t ag = block >> ag_block_log;
  const std::uint64_t within = block & ((std::uint64_t{1} << ag_block_log) - 1);
  const std::uint64_t length = ag_length(ag);
  if (within >= length || count > length - within) return std::nullopt;
  return (ag * ag_blocks + within) << block_log;
}

std::optional<std::uint64_t> XfsSuperblock::inode_offset(std::uint64_t inode) const {
  const auto offset = block_offset(inode >> inodes_per_block_log, 1);
  if (!offset || inode == 0) return std::nullopt;
  const std::uint64_t slot = inode & ((std::uint64_t{1} << inodes_per_block_log) - 1);
  return *offset + slot * inode_size;
}

Result<XfsSuperblock> parse_xfs_superblock(Bytes bytes) {
  const auto refuse = [](const char* reason) {
    return fail(ErrorKind::unreadable, "the XFS superblock is corrupt", reason);
  };
  if (be32(bytes, 0) != 0x58465342) return refuse("it has no magic number");
  XfsSuperblock super;
  super.block_size = be32(bytes, 4);
  super.blocks = be64(bytes, 8);
  super.has_realtime = be64(bytes, 16) != 0;
  super.log_start = be64(bytes, 48);
  super.root_inode = be64(bytes, 56);
  super.ag_blocks = be32(bytes, 84);
  super.ag_count = be32(bytes, 88);
  super.log_blocks = be32(bytes, 96);
  const std::uint32_t version = be16(bytes, 100);
  super.sector_size = be16(bytes, 102);
  super.inode_size = be16(bytes, 104);
  super.block_log = u8(bytes, 120);
  super.inodes_per_block_log = u8(bytes, 123);
  super.ag_block_log = u8(bytes, 124);
  super.in_progress = u8(bytes, 126) != 0;
  super.directory_block_log = u8(bytes, 192);
  super.v5 = (version & 0xFU) == 5;
  super.folds_case = (version & kAsciiCaseInsensitive) != 0;
  std::copy_n(bytes.begin() + (bytes.size() >= 48 ? 32 : 0), bytes.size() >= 48 ? 16 : 0,
              super.uuid.begin());
  super.user_uuid = super.uuid;
  if ((version & 0xFU) < 4 || (version & 0xFU) > 5 || (version & kDirectoryV2) == 0)
    return fail(ErrorKind::unsupported,
                fmt::format("XFS of version {}{} is not read by this version", version & 0xFU,
                            (version & kDirectoryV2) == 0 ? " with directories of version 1" : ""));
  if (super.v5) {
    const std::uint32_t incompatible = be32(bytes, 216);
    if ((incompatible & ~kReadable) != 0)
      return fail(ErrorKind::unsupported, "XFS with a feature that is not read by this version",
                  feature_names(incompatible & ~kReadable));
    super.log_features = be32(bytes, 220);
    super.file_type = (incompatible & kFileType) != 0;
    super.needs_repair = (incompatible & kNeedsRepair) != 0;
    super.metadata_tree = (incompatible & kMetadataTree) != 0;
    if ((incompatible & kMetaUuid) != 0 && bytes.size() >= 264)
      std::copy_n(bytes.begin() + 248, 16, super.uuid.begin());
  } else {
    super.file_type = (version & kMoreBits) != 0 && (be32(bytes, 200) & kFileTypeV4) != 0;
  }
  if (const char* reason = implausible(super, bytes)) return refuse(reason);
  if (super.v5 && bytes.size() >= super.sector_size)
    super.checksum_good = xfs_checksum_good(bytes.first(super.sector_size), 224);
  return super;
}

}  // namespace pidometer
