#include "tsk_reader/container/vmdk/vmdk_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint32_t kHostedMagic = 0x564d444b;  // "KDMV"
constexpr std::uint64_t kAtEnd = ~std::uint64_t{0};
/// 2^47 sectors are 2^56 bytes: sums stay in 64 bits.
constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 47;

constexpr std::uint32_t kRedundantTables = 1U << 1;
constexpr std::uint32_t kZeroGrains = 1U << 2;
constexpr std::uint32_t kCompressedGrains = 1U << 16;
constexpr std::uint32_t kMarkers = 1U << 17;

using Sector = std::array<std::byte, kSector>;

tl::unexpected<Error> senseless(const std::string& reason) {
  return fail(ErrorKind::unreadable, {}, "its VMDK header makes no sense: " + reason,
              "look for another copy");
}

/// The copy of the header before the end-of-stream marker, in which the directory's place stands.
std::optional<Sector> read_footer(ContainerFile& file) {
  constexpr std::uint32_t kFooterMarker = 3;
  if (file.size() < 4 * kSector) return std::nullopt;
  // Copied to a medium of larger sectors a file may have got some more at its end.
  const std::uint64_t end = file.size() / kSector * kSector;
  for (std::uint64_t back = 3; back <= 3 + 8 && back * kSector <= end; ++back) {
    Sector marker{};
    Sector footer{};
    const std::uint64_t at = end - back * kSector;
    if (file.read_table(at, marker) || file.read_table(at + kSector, footer)) continue;
    if (le32(marker, 8) == 0 && le32(marker, 12) == kFooterMarker &&
        le32(footer, 0) == kHostedMagic)
      return footer;
  }
  return std::nullopt;
}

Result<VmdkHeader> esx_header(const Sector& bytes) {
  VmdkHeader header;
  const std::uint64_t grain = le32(bytes, 16);
  header.size = le32(bytes, 12) * kSector;
  header.grain = grain * kSector;
  header.table_entries = 4096;
  header.directory = le32(bytes, 20) * kSector;
  if (header.size == 0 || grain == 0 || header.grain > kLargestGrain)
    return senseless("grains of " + std::to_string(grain) + " sectors");
  return header;
}

void check_text_transfer(const Sector& bytes, VmdkHeader& header) {
  // singleEndLineChar and the three after it: a transfer as text would have changed them.
  constexpr std::string_view kEndLines = "\n \r\n";
  if (std::memcmp(bytes.data() + 73, kEndLines.data(), kEndLines.size()) != 0)
    header.problems.emplace_back(
        "its header's line ends were changed, as a transfer in text mode does: bytes in it may be "
        "others");
}

Result<VmdkHeader> hosted_header(ContainerFile& file, Sector bytes) {
  VmdkHeader header;
  check_text_transfer(bytes, header);
  if (le64(bytes, 56) == kAtEnd) {
    const std::optional<Sector> footer = read_footer(file);
    header.directory_at_end = footer.has_value();
    header.footer_missing = !footer;
    if (footer) bytes = *footer;
  }
  const std::uint32_t version = le32(bytes, 4);
  const std::uint32_t flags = le32(bytes, 8);
  const std::uint64_t capacity = le64(bytes, 12);
  const std::uint64_t grain = le64(bytes, 20);
  const std::uint64_t descriptor = le64(bytes, 28);
  const std::uint64_t descriptor_sectors = le64(bytes, 36);
  const std::uint64_t second = le64(bytes, 48);
  const std::uint64_t first = le64(bytes, 56);
  if (version < 1 || version > 3) return senseless("version " + std::to_string(version));
  if (capacity > kMostSectors)
    return senseless("a disk of " + std::to_string(capacity) + " sectors");
  if (grain == 0 || grain > kLargestGrain / kSector || (grain & (grain - 1)) != 0)
    return senseless("grains of " + std::to_string(grain) + " sectors");
  header.size = capacity * kSector;
  header.grain = grain * kSector;
  header.table_entries = le32(bytes, 44);
  // qemu takes no more either (vmdk_open_vmdk4); VMware writes 512 always.
  if (header.table_entries == 0 || header.table_entries > 512)
    return senseless("grain tables of " + std::to_string(header.table_entries) + " entries");
  if (descriptor <= kMostSectors && descriptor_sectors <= kMostSectors) {
    header.descriptor = descriptor * kSector;
    header.descriptor_bytes = descriptor_sectors * kSector;
  }
  header.zero_grains = (flags & kZeroGrains) != 0;
  header.compressed = (flags & kCompressedGrains) != 0;
  header.markers = (flags & kMarkers) != 0;
  const std::uint16_t algorithm = le16(bytes, 77);
  if (header.compressed && algorithm != 1)
    return senseless("compression of kind " + std::to_string(algorithm));
  header.data = std::min(le64(bytes, 64), kMostSectors) * kSector;
  if (header.footer_missing) return header;
  if (first > kMostSectors) return senseless("its grain directory lies nowhere");
  header.directory = first * kSector;
  if ((flags & kRedundantTables) != 0 && second != 0 && second <= kMostSectors)
    header.second_directory = second * kSector;
  if (std::to_integer<unsigned>(bytes[72]) != 0)
    header.problems.emplace_back(
        "it was not closed: the machine was running or its host crashed; what the host had not "
        "written yet is missing");
  return header;
}

}  // namespace

Result<VmdkHeader> read_vmdk_header(ContainerFile& file) {
  Sector bytes{};
  if (const auto why = file.read_table(0, bytes))
    return fail(ErrorKind::unreadable, {}, "its VMDK header " + *why, "look for another copy");
  if (le32(bytes, 0) == kHostedMagic) return hosted_header(file, bytes);
  return esx_header(bytes);
}

}  // namespace pidometer
