#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/mapped/inflate_unit.h"
#include "tsk_reader/container/vmdk/vmdk_sparse_map.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kSector = 512;
/// Sector number and size before a grain's bytes.
constexpr std::uint64_t kGrainMarkerBytes = 12;

std::uint64_t rounded(std::uint64_t bytes) {
  return (bytes + kSector - 1) / kSector * kSector;
}

/// zlib makes what does not pack a little longer; twice the grain is no grain any more.
std::uint64_t longest_packed(const VmdkHeader& header) {
  return 2 * header.grain + kSector;
}

}  // namespace

std::uint64_t longest_grain(const VmdkHeader& header) {
  return kGrainMarkerBytes + longest_packed(header);
}

std::optional<std::string> unpack_grain(ContainerFile& file, const VmdkHeader& header,
                                        const Placement& packed, std::vector<std::byte>& out) {
  const std::string what = file.name() + ": the grain of bytes " +
                           std::to_string(packed.unit_begin) + " to " +
                           std::to_string(packed.unit_begin + header.grain) + " of the extent ";
  std::uint64_t at = packed.offset;
  std::uint64_t length = longest_packed(header);
  if (header.markers) {
    std::array<std::byte, kGrainMarkerBytes> marker{};
    if (const auto why = file.read_table(at, marker)) return what + *why;
    if (le64(marker, 0) != packed.unit_begin / kSector)
      return what + "is not where the grain table says";
    length = le32(marker, 8);
    at += kGrainMarkerBytes;
    if (length == 0 || length > longest_packed(header)) return what + "has an impossible size";
    if (length > file.size() - std::min(at, file.size())) return what + std::string(kPastTheEnd);
  }
  if (at >= file.size()) return what + std::string(kPastTheEnd);
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(length, file.size() - at)));
  DamageList met;
  file.read_data(at, bytes, met);
  if (!met.empty()) return what + "cannot be read: " + met.all().front().reason;
  out.resize(static_cast<std::size_t>(header.grain));
  auto why = inflate_unit(UnitCodec::zlib, bytes, out);
  // The last grain may be as long as what is left of the disk.
  const std::uint64_t left = header.size - std::min(header.size, packed.unit_begin);
  if (why && left < header.grain) {
    out.resize(static_cast<std::size_t>(left));
    why = inflate_unit(UnitCodec::zlib, bytes, out);
  }
  if (why) return what + "cannot be unpacked: " + *why;
  return std::nullopt;
}

VmdkStreamMap::VmdkStreamMap(std::unique_ptr<ContainerFile> file, const VmdkHeader& header)
    : file_(std::move(file)), header_(header) {
  find_grains();
}

void VmdkStreamMap::find_grains() {
  constexpr std::uint32_t kGrainTable = 1;
  constexpr std::uint32_t kGrainDirectory = 2;
  std::uint64_t at = std::max(header_.data, kSector);
  std::array<std::byte, 16> marker{};
  while (at < file_->size() && !file_->read_table(at, marker)) {
    const std::uint64_t value = le64(marker, 0);
    const std::uint64_t length = le32(marker, 8);
    if (length > 0) {
      const std::uint64_t index = value / (header_.grain / kSector);
      if (length > longest_packed(header_) || value % (header_.grain / kSector) != 0 ||
          index * header_.grain >= header_.size || index > header_.size / header_.grain)
        break;
      grains_.push_back({index, at});
      at = rounded(at + kGrainMarkerBytes + length);
      continue;
    }
    const std::uint32_t type = le32(marker, 12);
    if ((type != kGrainTable && type != kGrainDirectory) || value > file_->size() / kSector) break;
    at += kSector + value * kSector;
  }
  std::stable_sort(grains_.begin(), grains_.end(),
                   [](const Grain& a, const Grain& b) { return a.index < b.index; });
}

Placement VmdkStreamMap::place(std::uint64_t offset) {
  const std::uint64_t index = offset / header_.grain;
  const auto at = std::lower_bound(
      grains_.begin(), grains_.end(), index,
      [](const Grain& grain, std::uint64_t wanted) { return grain.index < wanted; });
  Placement placement;
  if (at != grains_.end() && at->index == index) {
    placement.kind = Placement::Kind::packed;
    placement.length = header_.grain - offset % header_.grain;
    placement.file = file_.get();
    placement.offset = at->offset;
    placement.unit_begin = index * header_.grain;
    placement.packed_bytes = longest_grain(header_);
    return placement;
  }
  const std::uint64_t end = at == grains_.end() ? header_.size : at->index * header_.grain;
  placement.length = end - offset;
  placement.reason = file_->name() + " is cut off before its grain directory";
  return placement;
}

std::optional<std::string> VmdkStreamMap::unpack(const Placement& packed,
                                                 std::vector<std::byte>& out) {
  return unpack_grain(*file_, header_, packed, out);
}

}  // namespace pidometer
