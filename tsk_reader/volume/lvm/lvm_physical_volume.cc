#include "tsk_reader/volume/lvm/lvm_physical_volume.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/volume/lvm/lvm_text.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kSector = 512;
constexpr std::size_t kLabelSectors = 4;
constexpr std::size_t kAreaHeader = 512;
/// Areas are listed in one sector, sixteen bytes each.
constexpr std::size_t kMostAreas = 30;
/// Red Hat names 1 MiB as the size of an area and some 4 MB for ten thousand volumes.
constexpr std::uint64_t kLongestText = std::uint64_t{16} << 20;

std::string text_of(Bytes bytes, std::size_t at, std::size_t length) {
  std::string out(length, '\0');
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>(bytes[at + i]);
  return out;
}

struct Area {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A list of areas (disk_locn) that ends in zeros; `at` is moved behind it.
std::vector<Area> read_areas(Bytes label, std::size_t& at) {
  std::vector<Area> areas;
  while (at + 16 <= label.size()) {
    const Area area{le64(label, at), le64(label, at + 8)};
    at += 16;
    if (area.offset == 0 || areas.size() >= kMostAreas) break;
    areas.push_back(area);
  }
  return areas;
}

/// Reads one metadata area into `out`.
class AreaReader {
 public:
  AreaReader(StructureReader& reader, LvmPhysicalVolume& out) : reader_(reader), out_(out) {}

  void read(const Area& area) {
    if (area.offset > reader_.size() || reader_.size() - area.offset < kAreaHeader)
      return unreadable(area, "lies past the end of the volume");
    std::array<std::byte, kAreaHeader> header{};
    bool sound = read_bytes(area.offset, header);
    constexpr std::string_view kMagic = " LVM2 x[5A%r0N*>";
    const std::uint64_t start = le64(header, 24);
    const std::uint64_t size = le64(header, 32);
    if (text_of(header, 4, kMagic.size()) != kMagic || start != area.offset || size <= kAreaHeader)
      return unreadable(area, "has no header");
    if (le32(header, 0) != lvm_checksum(Bytes(header).subspan(4))) {
      problem(area, "has a header with a wrong checksum");
      sound = false;
    }
    // The second place is of a change that was never committed.
    const std::uint64_t offset = le64(header, 40);
    const std::uint64_t length = le64(header, 48);
    const std::uint32_t checksum = le32(header, 56);
    constexpr std::uint32_t kIgnored = 1;
    if (offset == 0 || length == 0) return;  // of no volume group
    const bool ignored = (le32(header, 60) & kIgnored) != 0;
    if (offset < kAreaHeader || offset >= size || length > size - kAreaHeader ||
        length > kLongestText)
      return unreadable(area, "names a place for its text that makes no sense");
    read_text(area, size, offset, length, checksum, sound, ignored);
  }

 private:
  void problem(const Area& area, std::string_view what) {
    out_.problems.push_back(
        fmt::format("the LVM2 metadata area at byte {} of the volume {}", area.offset, what));
  }
  void unreadable(const Area& area, std::string_view what) {
    problem(area, what);
    out_.unreadable = true;
  }

  /// False where bytes of it are damaged.
  bool read_bytes(std::uint64_t offset, std::span<std::byte> out) {
    const std::uint64_t before = reader_.damaged_reads();
    if (reader_.read_at(offset, out)) return reader_.damaged_reads() == before;
    std::fill(out.begin(), out.end(), std::byte{0});
    return false;
  }

  void read_text(const Area& area, std::uint64_t size, std::uint64_t offset, std::uint64_t length,
                 std::uint32_t checksum, bool sound, bool ignored) {
    // A ring: what runs over the end goes on behind the header.
    const auto first = static_cast<std::size_t>(std::min(length, size - offset));
    if (offset > kUnknownEnd - area.offset || offset + first > reader_.size() - area.offset)
      return unreadable(area, "keeps its text past the end of the volume");
    std::vector<std::byte> bytes(static_cast<std::size_t>(length));
    sound = read_bytes(area.offset + offset, std::span(bytes).first(first)) && sound;
    if (first < bytes.size())
      sound = read_bytes(area.offset + kAreaHeader, std::span(bytes).subspan(first)) && sound;
    const bool right = lvm_checksum(bytes) == checksum;
    std::string error;
    const auto text = parse_lvm_text(text_of(bytes, 0, bytes.size()), error);
    auto group = text ? read_volume_group(*text, error) : std::nullopt;
    if (!group)
      return unreadable(area, fmt::format("holds {}a text that cannot be read: {}",
                                          right ? "" : "(checksum wrong) ", error));
    if (!right) problem(area, "holds a text with a wrong checksum");
    // Areas that LVM2 was told to ignore keep what they had when it was.
    out_.copies.push_back(
        {std::make_shared<LvmVolumeGroup>(std::move(*group)), sound && right && !ignored});
  }

  StructureReader& reader_;
  LvmPhysicalVolume& out_;
};

}  // namespace

std::uint32_t lvm_checksum(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kStart = 0xf597a6cf;
  // zlib inverts before and after.
  const uLong sum =
      crc32_z(~kStart & 0xffffffffU, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return ~static_cast<std::uint32_t>(sum);
}

std::optional<LvmPhysicalVolume> read_lvm_physical_volume(StructureReader& reader) {
  std::vector<std::byte> head(static_cast<std::size_t>(
      std::min<std::uint64_t>(kLabelSectors * kSector, reader.size() / kSector * kSector)));
  if (head.empty() || !reader.read_at(0, head)) return std::nullopt;
  std::optional<std::size_t> found;
  bool right = false;
  for (std::size_t at = 0; at < head.size() && !right; at += kSector) {
    const Bytes label = Bytes(head).subspan(at, kSector);
    if (text_of(label, 0, 8) != "LABELONE" || text_of(label, 24, 8) != "LVM2 001") continue;
    const bool good =
        le32(label, 16) == lvm_checksum(label.subspan(20)) && le64(label, 8) == at / kSector;
    if (!found || good) found = at;
    right = good;
  }
  if (!found) return std::nullopt;
  const Bytes label = Bytes(head).subspan(*found, kSector);
  const std::size_t offset = le32(label, 20);
  LvmPhysicalVolume out;
  if (!right) out.problems.push_back("the LVM2 label has a wrong checksum");
  if (offset < 32 || offset > kSector - 40) {
    out.problems.push_back("the LVM2 label points to no header of a physical volume");
    out.unreadable = true;
    return out;
  }
  out.uuid = text_of(label, offset, 32);
  out.size = le64(label, offset + 32);
  std::size_t at = offset + 40;
  read_areas(label, at);  // where the extents lie; the metadata says it too
  const std::vector<Area> areas = read_areas(label, at);
  out.has_areas = !areas.empty();
  AreaReader area_reader(reader, out);
  for (const Area& area : areas) area_reader.read(area);
  std::stable_sort(out.copies.begin(), out.copies.end(),
                   [](const LvmMetadataCopy& a, const LvmMetadataCopy& b) {
                     if (a.sound != b.sound) return a.sound;
                     return a.group->seqno > b.group->seqno;
                   });
  return out;
}

}  // namespace pidometer
