#include "tsk_reader/file_system/btrfs/btrfs_chunk_map.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace pidometer {
namespace {

constexpr std::size_t kChunkBytes = 48;  ///< before its stripes
constexpr std::size_t kStripeBytes = 32;
/// 4 EiB: no device is that large, and offsets below it can be added without overflow.
constexpr std::uint64_t kLargestOffset = std::uint64_t{1} << 62;

/// BTRFS_BLOCK_GROUP_* profiles. Without any of them a chunk is SINGLE.
constexpr std::uint64_t kRaid0 = 1U << 3;
constexpr std::uint64_t kRaid1 = 1U << 4;
constexpr std::uint64_t kDup = 1U << 5;
constexpr std::uint64_t kRaid10 = 1U << 6;
constexpr std::uint64_t kRaid5 = 1U << 7;
constexpr std::uint64_t kRaid6 = 1U << 8;
constexpr std::uint64_t kRaid1c3 = 1U << 9;
constexpr std::uint64_t kRaid1c4 = 1U << 10;
constexpr std::uint64_t kCopies = kRaid1 | kDup | kRaid1c3 | kRaid1c4;
struct Striped {
  std::uint64_t bit;
  std::string_view name;
};
constexpr std::array<Striped, 4> kStriped{
    {{kRaid0, "RAID0"}, {kRaid10, "RAID10"}, {kRaid5, "RAID5"}, {kRaid6, "RAID6"}}};

}  // namespace

std::optional<BtrfsChunk> parse_btrfs_chunk(const BtrfsKey& key, std::span<const std::byte> bytes,
                                            std::size_t* size) {
  if (key.type != btrfs_item::chunk || bytes.size() < kChunkBytes) return std::nullopt;
  BtrfsChunk chunk;
  chunk.logical = key.offset;
  chunk.length = le64(bytes, 0);
  chunk.type = le64(bytes, 24);
  const std::size_t stripes = le16(bytes, 44);
  const std::size_t total = kChunkBytes + stripes * kStripeBytes;
  if (stripes == 0 || bytes.size() < total || chunk.length == 0 || chunk.length > kLargestOffset ||
      chunk.logical > kBtrfsMaxOffset - chunk.length)
    return std::nullopt;
  for (std::size_t at = kChunkBytes; at < total; at += kStripeBytes) {
    const BtrfsChunk::Stripe stripe{le64(bytes, at), le64(bytes, at + 8),
                                    btrfs_uuid_at(bytes, at + 16)};
    if (stripe.offset > kLargestOffset) return std::nullopt;
    chunk.stripes.push_back(stripe);
  }
  if (size != nullptr) *size = total;
  return chunk;
}

bool BtrfsChunkMap::add(BtrfsChunk chunk) {
  const auto next = chunks_.lower_bound(chunk.logical);
  if (next != chunks_.end()) {
    if (next->first == chunk.logical && next->second.length == chunk.length) return true;
    if (next->first < chunk.logical + chunk.length) return false;
  }
  if (next != chunks_.begin()) {
    const BtrfsChunk& before = std::prev(next)->second;
    if (before.logical + before.length > chunk.logical) return false;
  }
  const std::uint64_t logical = chunk.logical;
  chunks_.emplace(logical, std::move(chunk));
  return true;
}

BtrfsPlace BtrfsChunkMap::find(std::uint64_t logical) const {
  BtrfsPlace place;
  const auto next = chunks_.upper_bound(logical);
  const BtrfsChunk* chunk = next == chunks_.begin() ? nullptr : &std::prev(next)->second;
  if (chunk == nullptr || logical - chunk->logical >= chunk->length) {
    place.length = next == chunks_.end() ? kBtrfsMaxOffset - logical : next->first - logical;
    place.why_none = "btrfs knows no place for it";
    return place;
  }
  const std::uint64_t within = logical - chunk->logical;
  place.length = chunk->length - within;
  for (const Striped& profile : kStriped)
    if ((chunk->type & profile.bit) != 0 && chunk->stripes.size() > 1) {
      place.why_none = fmt::format("lies in btrfs {} over {} devices, which is not read",
                                   profile.name, chunk->stripes.size());
      return place;
    }
  const std::size_t usable = (chunk->type & kCopies) != 0 ? chunk->stripes.size() : 1;
  for (std::size_t i = 0; i < usable; ++i)
    if (chunk->stripes[i].device_id == device_id_)
      place.copies.push_back(chunk->stripes[i].offset + within);
  if (place.copies.empty())
    place.why_none = fmt::format("lies on device {} of the btrfs filesystem, not in this image",
                                 chunk->stripes[0].device_id);
  return place;
}

bool add_system_chunks(std::span<const std::byte> array, BtrfsChunkMap& map) {
  for (std::size_t at = 0; at < array.size();) {
    if (array.size() - at < kBtrfsKeyBytes) return false;
    const BtrfsKey key = btrfs_key_at(array, at);
    std::size_t size = 0;
    auto chunk = parse_btrfs_chunk(key, array.subspan(at + kBtrfsKeyBytes), &size);
    if (!chunk || !map.add(std::move(*chunk))) return false;
    at += kBtrfsKeyBytes + size;
  }
  return true;
}

}  // namespace pidometer
