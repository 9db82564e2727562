#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::array<std::uint64_t, 3> kCopies{kBtrfsSuperOffset, kBtrfsMirrorOffset,
                                               std::uint64_t{256} << 30};
constexpr std::string_view kMagic = "_BHRfS_M";
constexpr std::size_t kMostSystemChunkBytes = 2048;
constexpr std::uint64_t kSeeding = std::uint64_t{1} << 32;
constexpr std::uint64_t kMetadataUuid = 1U << 10;

/// Features that are known to change nothing for a reader, or that it follows: mixed backrefs,
/// default subvolume, mixed groups, lzo, zstd, big metadata, extended refs, RAID5/6 (named where a
/// chunk has it), skinny metadata, no holes, metadata uuid, RAID1C3/4, simple quota.
constexpr std::uint64_t kKnown = 0xfff | (std::uint64_t{1} << 16);
struct Feature {
  std::uint64_t bit;
  std::string_view name;
};
constexpr std::array<Feature, 4> kUnsupported{{
    {std::uint64_t{1} << 12, "zoned"},
    {std::uint64_t{1} << 13, "extent-tree-v2"},
    {std::uint64_t{1} << 14, "raid-stripe-tree"},
    {std::uint64_t{1} << 17, "remap-tree"},
}};

bool is_power_of_two(std::uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

bool has_magic(Bytes bytes) {
  return bytes.size() >= kBtrfsSuperBytes &&
         std::equal(kMagic.begin(), kMagic.end(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(kBtrfsMagicOffset),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

Result<void> check_features(const BtrfsSuper& super) {
  std::string names;
  std::uint64_t unknown = super.incompatible & ~kKnown;
  for (const Feature& feature : kUnsupported) {
    if ((unknown & feature.bit) == 0) continue;
    unknown &= ~feature.bit;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", feature.name);
  }
  if (unknown != 0)
    names += fmt::format("{}incompatible flags {:#x}", names.empty() ? "" : ", ", unknown);
  if (names.empty()) return {};
  return fail(ErrorKind::unsupported, "btrfs with a feature that is not read by this version",
              names);
}

struct Candidate {
  std::uint64_t offset;
  BtrfsSuper super;
};

std::string reason_at(const BlockSource& volume, std::uint64_t offset) {
  const auto damage = volume.damage({offset, offset + kBtrfsSuperBytes});
  return damage.empty() ? "its checksum does not match" : damage.front().reason;
}

}  // namespace

std::optional<BtrfsSuper> parse_btrfs_super(Bytes bytes) {
  if (!has_magic(bytes)) return std::nullopt;
  BtrfsSuper super;
  const auto checksum = btrfs_checksum_kind(le16(bytes, 0xc4));
  if (!checksum) return std::nullopt;
  super.checksum = *checksum;
  super.fsid = btrfs_uuid_at(bytes, 0x20);
  super.generation = le64(bytes, 0x48);
  super.is_seed = (le64(bytes, 0x38) & kSeeding) != 0;
  super.incompatible = le64(bytes, 0xbc);
  super.metadata_fsid =
      (super.incompatible & kMetadataUuid) != 0 ? btrfs_uuid_at(bytes, 0x23b) : super.fsid;
  const auto level = [&](std::size_t at) {
    return static_cast<std::uint8_t>(read_le(bytes, at, 1));
  };
  super.root_tree = {le64(bytes, 0x50), super.generation, level(0xc6)};
  super.chunk_tree = {le64(bytes, 0x58), le64(bytes, 0xa4), level(0xc7)};
  // A log belongs to the transaction after the one that was committed (disk-io.c,
  // btrfs_replay_log).
  super.log_tree = {le64(bytes, 0x60), super.generation + 1, level(0xc8)};
  super.total_bytes = le64(bytes, 0x70);
  super.devices = le64(bytes, 0x88);
  super.sector_size = le32(bytes, 0x90);
  super.node_size = le32(bytes, 0x94);
  constexpr std::size_t kDevice = 0xc9;
  super.device_id = le64(bytes, kDevice);
  super.device_bytes = le64(bytes, kDevice + 8);
  super.device_uuid = btrfs_uuid_at(bytes, kDevice + 66);
  constexpr std::size_t kLabel = 0x12b;
  constexpr std::size_t kLabelBytes = 256;
  for (std::size_t i = 0; i < kLabelBytes && bytes[kLabel + i] != std::byte{0}; ++i)
    super.label += static_cast<char>(bytes[kLabel + i]);
  const std::uint32_t chunk_bytes = le32(bytes, 0xa0);
  const bool sizes = is_power_of_two(super.sector_size) && is_power_of_two(super.node_size) &&
                     super.sector_size >= 2048 && super.sector_size <= 65536 &&
                     super.node_size >= super.sector_size && super.node_size <= 65536;
  if (!sizes || chunk_bytes > kMostSystemChunkBytes || super.root_tree.level >= kBtrfsMaxLevel ||
      super.chunk_tree.level >= kBtrfsMaxLevel)
    return std::nullopt;
  const Bytes chunks = bytes.subspan(0x32b, chunk_bytes);
  super.system_chunks.assign(chunks.begin(), chunks.end());
  return super;
}

Result<BtrfsSuper> read_btrfs_super(BlockSource& volume, BtrfsWarnings& warnings) {
  std::optional<Candidate> whole;
  std::optional<Candidate> doubtful;
  std::string first_problem;
  for (const std::uint64_t offset : kCopies) {
    if (offset + kBtrfsSuperBytes > volume.size()) break;
    std::array<std::byte, kBtrfsSuperBytes> bytes{};
    if (const auto done = volume.read_at(offset, bytes); !done) return tl::unexpected(done.error());
    const auto super = parse_btrfs_super(bytes);
    const bool in_place = super && le64(bytes, 0x30) == offset;
    const bool matches =
        in_place &&
        btrfs_checksum_matches(super->checksum, Bytes(bytes).subspan(kBtrfsChecksumField), bytes);
    if (offset == kBtrfsSuperOffset && !matches)
      first_problem = in_place ? reason_at(volume, offset) : "it makes no sense";
    if (matches && (!whole || super->generation > whole->super.generation))
      whole = Candidate{offset, *super};
    if (in_place && !matches && !doubtful) doubtful = Candidate{offset, *super};
  }
  if (!whole && !doubtful)
    return fail(ErrorKind::unreadable, "btrfs filesystem cannot be opened",
                "no copy of its superblock makes sense");
  const Candidate& best = whole ? *whole : *doubtful;
  if (!whole)
    warnings.damaged(
        fmt::format("the superblock at byte {} is read although {}; what it says may be wrong",
                    best.offset, reason_at(volume, best.offset)));
  else if (!first_problem.empty())
    warnings.damaged(
        fmt::format("the superblock at byte {} is damaged ({}); its copy at byte {} "
                    "is read, and may be older",
                    kBtrfsSuperOffset, first_problem, best.offset));
  else if (best.offset != kBtrfsSuperOffset)
    warnings.damaged(
        fmt::format("the superblock at byte {} is older than its copy at byte {}; "
                    "the newer one is read",
                    kBtrfsSuperOffset, best.offset));
  if (const auto known = check_features(best.super); !known) return tl::unexpected(known.error());
  return best.super;
}

}  // namespace pidometer
