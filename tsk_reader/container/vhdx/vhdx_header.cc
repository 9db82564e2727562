#include "tsk_reader/container/vhdx/vhdx_header.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/bytes/utf16_name.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kRegionBytes = 64 * kKiB;
constexpr std::size_t kMetadataBytes = 64 * kKiB;
constexpr std::uint64_t kLargestDisk = std::uint64_t{1} << 56;

constexpr std::uint32_t kHeadSignature = 0x64616568;              // "head"
constexpr std::uint32_t kRegiSignature = 0x69676572;              // "regi"
constexpr std::uint64_t kMetadataSignature = 0x617461646174656d;  // "metadata"

tl::unexpected<Error> senseless(const std::string& reason) {
  return fail(ErrorKind::unreadable, {}, "its VHDX header makes no sense: " + reason,
              "look for another copy");
}

VhdxGuid guid_at(std::span<const std::byte> bytes, std::size_t at) {
  VhdxGuid guid{};
  if (at + guid.size() <= bytes.size())
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), guid.size(), guid.begin());
  return guid;
}

struct Region {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// One of the two copies of the region table; nothing where it is damaged.
std::optional<std::vector<std::byte>> region_table(ContainerFile& file, std::uint64_t at) {
  std::vector<std::byte> table(kRegionBytes);
  if (file.read_table(at, table) || le32(table, 0) != kRegiSignature ||
      !vhdx_checksum_holds(table, 4))
    return std::nullopt;
  return table;
}

std::optional<Region> find_region(std::span<const std::byte> table, std::string_view id) {
  // [MS-VHDX] 2.2.3.1: no more than 2047 entries.
  const std::uint32_t count = std::min(le32(table, 8), 2047U);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = 16 + 32 * i;
    if (guid_at(table, at) == vhdx_guid(id))
      return Region{le64(table, at + 16), le32(table, at + 24)};
  }
  return std::nullopt;
}

/// A metadata item's bytes; empty where there is none that can be read.
std::vector<std::byte> item(ContainerFile& file, const Region& region,
                            std::span<const std::byte> table, std::string_view id) {
  // [MS-VHDX] 2.6.1.2: items are at most 1 MiB.
  constexpr std::uint32_t kLongestItem = 1U << 20;
  const std::uint32_t count = std::min<std::uint32_t>(le16(table, 10), 2047U);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = 32 + 32 * i;
    if (guid_at(table, at) != vhdx_guid(id)) continue;
    const std::uint32_t offset = le32(table, at + 16);
    const std::uint32_t length = le32(table, at + 20);
    if (length > kLongestItem) return {};
    std::vector<std::byte> bytes(length);
    if (file.read_table(region.offset + offset, bytes)) return {};
    return bytes;
  }
  return {};
}

/// Keys and values in UTF-16 ([MS-VHDX] 2.6.2.6).
void read_parent(std::span<const std::byte> locator, VhdxLayout& layout) {
  const std::size_t count = std::min<std::size_t>(le16(locator, 18), 64);
  const auto text = [&](std::uint32_t at, std::uint16_t length) -> std::string {
    if (at > locator.size() || locator.size() - at < length) return {};
    return utf16_name(locator.subspan(at, length), Utf16Order::little);
  };
  std::string relative;
  std::string absolute;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = 20 + 12 * i;
    const std::string key = text(le32(locator, at), le16(locator, at + 8));
    const std::string value = text(le32(locator, at + 4), le16(locator, at + 10));
    if (key == "parent_linkage" && value.size() > 2)
      layout.parent_id = vhdx_guid(std::string_view(value).substr(1, value.size() - 2));
    if (key == "relative_path") relative = value;
    if (key == "absolute_win32_path" || (key == "volume_path" && absolute.empty()))
      absolute = value;
  }
  for (const std::string& name : {relative, absolute})
    if (!name.empty()) layout.parents.push_back(name);
}

}  // namespace

VhdxGuid vhdx_guid(std::string_view text) {
  // The first three groups are numbers, stored little-endian.
  constexpr std::array<std::size_t, 16> kPlaces = {3, 2, 1,  0,  5,  4,  7,  6,
                                                   8, 9, 10, 11, 12, 13, 14, 15};
  VhdxGuid guid{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    unsigned value = 0;
    if (c >= '0' && c <= '9')
      value = static_cast<unsigned>(c - '0');
    else if (c >= 'A' && c <= 'F')
      value = static_cast<unsigned>(c - 'A') + 10;
    else if (c >= 'a' && c <= 'f')
      value = static_cast<unsigned>(c - 'a') + 10;
    else
      return {};
    if (digits >= 32) return {};
    std::byte& at = guid[kPlaces[digits / 2]];
    at = static_cast<std::byte>(std::to_integer<unsigned>(at) << 4U | value);
    ++digits;
  }
  return digits == 32 ? guid : VhdxGuid{};
}

bool vhdx_checksum_holds(std::span<const std::byte> bytes, std::size_t at) {
  // The checksum's own four bytes count as zeros.
  constexpr std::array<std::byte, 4> kNone{};
  std::uint32_t crc = crc32c(0xffffffff, bytes.first(at));
  crc = crc32c(crc, kNone);
  crc = crc32c(crc, bytes.subspan(at + kNone.size()));
  return ~crc == le32(bytes, at);
}

Result<VhdxHeader> read_vhdx_header(ContainerFile& file) {
  VhdxHeader header;
  std::optional<std::uint64_t> best;
  std::size_t good = 0;
  for (const std::uint64_t at : {64 * kKiB, 128 * kKiB}) {
    std::array<std::byte, kHeaderBytes> bytes{};
    if (file.read_table(at, bytes) || le32(bytes, 0) != kHeadSignature ||
        !vhdx_checksum_holds(bytes, 4))
      continue;
    ++good;
    const std::uint64_t sequence = le64(bytes, 8);
    if (best && sequence <= *best) continue;
    best = sequence;
    header.data_write_id = guid_at(bytes, 32);
    header.log_id = guid_at(bytes, 48);
    header.log_bytes = le32(bytes, 68);
    header.log_offset = le64(bytes, 72);
    if (le16(bytes, 66) != 1) return senseless("version " + std::to_string(le16(bytes, 66)));
  }
  if (!best) return senseless("neither copy has a right checksum");
  // One is rewritten while the other holds: after a crash one may be torn.
  if (good < 2) header.problems.emplace_back("one of the two copies of its header is damaged");
  return header;
}

Result<VhdxLayout> read_vhdx_layout(ContainerFile& file) {
  VhdxLayout layout;
  auto table = region_table(file, 192 * kKiB);
  const auto second = region_table(file, 256 * kKiB);
  if (!table && !second) return senseless("neither copy of its region table is right");
  if (!table || !second || *table != *second)
    layout.problems.emplace_back("the two copies of its region table differ");
  if (!table) table = second;
  const auto bat = find_region(*table, "2DC27766-F623-4200-9D64-115E9BFD4A08");
  const auto region = find_region(*table, "8B7CA206-4790-4B9A-B8FE-575F050F886E");
  if (!bat || !region) return senseless("it has no block table or no metadata");
  layout.table = bat->offset;
  layout.table_bytes = bat->bytes;
  if (layout.table > kLargestDisk || region->offset > kLargestDisk)
    return senseless("its regions lie nowhere");
  std::vector<std::byte> metadata(kMetadataBytes);
  if (const auto why = file.read_table(region->offset, metadata))
    return fail(ErrorKind::unreadable, {}, "its metadata " + *why, "look for another copy");
  if (le64(metadata, 0) != kMetadataSignature) return senseless("its metadata has no mark");
  const auto get = [&](std::string_view id) { return item(file, *region, metadata, id); };
  const auto parameters = get("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
  const auto size = get("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
  const auto sector = get("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
  layout.block = le32(parameters, 0);
  constexpr std::uint32_t kHasParent = 2;
  layout.has_parent = (le32(parameters, 4) & kHasParent) != 0;
  layout.size = le64(size, 0);
  layout.sector = le32(sector, 0);
  constexpr std::uint64_t kMiB = kKiB * kKiB;
  if (layout.block < kMiB || layout.block > 256 * kMiB || (layout.block & (layout.block - 1)) != 0)
    return senseless("blocks of " + std::to_string(layout.block) + " bytes");
  if (layout.sector != 512 && layout.sector != 4096)
    return senseless("sectors of " + std::to_string(layout.sector) + " bytes");
  if (layout.size == 0 || layout.size > kLargestDisk)
    return senseless("a disk of " + std::to_string(layout.size) + " bytes");
  if (layout.has_parent) read_parent(get("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C"), layout);
  return layout;
}

}  // namespace pidometer
