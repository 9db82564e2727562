#include "tsk_reader/file_system/tsk/ntfs_resident.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::size_t kStride = 512;  ///< of the update sequence, whatever a sector has
constexpr std::uint32_t kLargestRecord = 65536;
constexpr std::uint32_t kData = 0x80;
constexpr std::uint32_t kEnd = 0xffffffff;

struct UpdateSequence {
  std::size_t offset = 0;
  std::size_t strides = 0;
};

std::optional<UpdateSequence> update_sequence(std::span<const std::byte> record) {
  if (record.size() < kStride || record.size() % kStride != 0) return std::nullopt;
  const UpdateSequence sequence{le16(record, 4), record.size() / kStride};
  if (std::string_view(reinterpret_cast<const char*>(record.data()), 4) != "FILE" ||
      le16(record, 6) != sequence.strides + 1 ||
      sequence.offset + 2 * (sequence.strides + 1) > kStride - 2)
    return std::nullopt;
  for (std::size_t i = 1; i <= sequence.strides; ++i)
    if (le16(record, i * kStride - 2) != le16(record, sequence.offset)) return std::nullopt;
  return sequence;
}

}  // namespace

std::optional<std::uint32_t> ntfs_record_size(std::span<const std::byte> boot_sector) {
  if (boot_sector.size() < kStride) return std::nullopt;
  constexpr std::uint8_t kNegative = 0x80;
  const auto size = std::to_integer<std::uint8_t>(boot_sector[64]);
  std::uint64_t bytes = 0;
  if (size >= kNegative) {
    const unsigned power = 256U - size;
    bytes = power < 32 ? std::uint64_t{1} << power : 0;
  } else {
    // 256 sectors a cluster and more are powers of two as well, counted backwards.
    const auto sectors = std::to_integer<std::uint8_t>(boot_sector[13]);
    const std::uint64_t cluster =
        sectors > kNegative ? std::uint64_t{1} << std::min(256U - sectors, 31U) : sectors;
    bytes = size * cluster * le16(boot_sector, 11);
  }
  if (bytes < kStride || bytes > kLargestRecord || bytes % kStride != 0) return std::nullopt;
  return static_cast<std::uint32_t>(bytes);
}

std::optional<FileMap> map_ntfs_resident(std::span<const std::byte> record) {
  const auto sequence = update_sequence(record);
  if (!sequence) return std::nullopt;
  std::vector<std::byte> fixed(record.begin(), record.end());
  for (std::size_t i = 1; i <= sequence->strides; ++i)
    std::copy_n(record.begin() + static_cast<std::ptrdiff_t>(sequence->offset + 2 * i), 2,
                fixed.begin() + static_cast<std::ptrdiff_t>(i * kStride - 2));
  constexpr std::size_t kResidentHeader = 24;
  for (std::size_t at = le16(fixed, 20); at + kResidentHeader <= fixed.size();) {
    const std::uint32_t type = le32(fixed, at);
    const std::size_t length = le32(fixed, at + 4);
    if (type == kEnd || length < kResidentHeader || length > fixed.size() - at) break;
    const bool non_resident = fixed[at + 8] != std::byte{0};
    const bool named = fixed[at + 9] != std::byte{0};
    if (type == kData && !named) {
      const std::size_t size = le32(fixed, at + 16);
      const std::size_t offset = le16(fixed, at + 20);
      constexpr std::uint16_t kPackedOrEncrypted = 0x40ff;  // of the attribute's flags
      if (non_resident || (le16(fixed, at + 12) & kPackedOrEncrypted) != 0 || offset > length ||
          size > length - offset)
        return std::nullopt;
      FileMap map;
      map.size = size;
      for (std::size_t from = at + offset; from < at + offset + size;) {
        const std::size_t in_stride = from % kStride;
        const bool moved = in_stride >= kStride - 2;
        const std::size_t end =
            std::min(at + offset + size, from - in_stride + (moved ? kStride : kStride - 2));
        const std::size_t place =
            moved ? sequence->offset + 2 * (from / kStride + 1) + in_stride - (kStride - 2) : from;
        map.add({from - at - offset, end - from, place});
        from = end;
      }
      return map;
    }
    at += length;
  }
  return std::nullopt;
}

std::optional<FileMap> map_through(const FileMap& map, const FileMap& inner,
                                   std::uint64_t inner_offset) {
  FileMap out;
  out.size = map.size;
  for (const FileExtent& extent : map.extents) {
    std::uint64_t at = inner_offset + extent.source;
    std::uint64_t in_file = extent.begin;
    std::uint64_t left = extent.length;
    auto place =
        std::partition_point(inner.extents.begin(), inner.extents.end(),
                             [&](const FileExtent& one) { return one.begin + one.length <= at; });
    for (; left > 0; ++place) {
      if (place == inner.extents.end() || place->begin > at) return std::nullopt;
      const std::uint64_t length = std::min(left, place->begin + place->length - at);
      out.add({in_file, length, place->source + (at - place->begin)});
      at += length;
      in_file += length;
      left -= length;
    }
  }
  return out;
}

}  // namespace pidometer
