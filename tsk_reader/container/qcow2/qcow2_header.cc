#include "tsk_reader/container/qcow2/qcow2_header.h"

#include <algorithm>
#include <array>
#include <span>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kDirty = 1U << 0;
constexpr std::uint64_t kCorrupt = 1U << 1;
constexpr std::uint64_t kExternalData = 1U << 2;
constexpr std::uint64_t kCompressionType = 1U << 3;
constexpr std::uint64_t kExtendedL2 = 1U << 4;
constexpr std::uint64_t kKnown = kDirty | kCorrupt | kExternalData | kCompressionType | kExtendedL2;

constexpr std::uint32_t kV2HeaderBytes = 72;
constexpr std::uint32_t kV3HeaderBytes = 104;

/// qemu, docs/interop/qcow2.txt: the name of a backing file has at most 1023 bytes.
constexpr std::uint32_t kLongestName = 1023;

constexpr std::uint32_t kBackingFormat = 0xe2792aca;
constexpr std::uint32_t kDataFileName = 0x44415441;

std::string text_at(ContainerFile& file, std::uint64_t offset, std::size_t length) {
  std::string text(length, '\0');
  if (file.read_table(offset, std::as_writable_bytes(std::span(text)))) return {};
  return text.substr(0, text.find('\0'));
}

/// Extensions stand between the header and the backing file's name, in the first cluster.
void read_extensions(ContainerFile& file, std::uint64_t at, Qcow2Header& header) {
  while (at + 8 <= header.cluster()) {
    std::array<std::byte, 8> head{};
    if (file.read_table(at, head)) return;
    const std::uint32_t type = be32(head, 0);
    const std::uint32_t length = be32(head, 4);
    if (type == 0 || length > header.cluster() - at - 8) return;
    if (type == kBackingFormat && length <= kLongestName)
      header.backing_format = text_at(file, at + 8, length);
    if (type == kDataFileName && length <= kLongestName)
      header.data_file = text_at(file, at + 8, length);
    at += 8 + (std::uint64_t{length} + 7) / 8 * 8;
  }
}

tl::unexpected<Error> senseless(std::string reason) {
  return fail(ErrorKind::unreadable, {}, "its qcow2 header makes no sense: " + std::move(reason),
              "look for another copy");
}

}  // namespace

Result<Qcow2Header> read_qcow2_header(ContainerFile& file) {
  std::array<std::byte, kV3HeaderBytes + 1> bytes{};
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), file.size()));
  if (const auto why = file.read_table(0, std::span(bytes).first(room));
      why || room < kV2HeaderBytes)
    return fail(ErrorKind::unreadable, {}, "its qcow2 header " + why.value_or("is cut off"),
                "look for another copy");
  Qcow2Header header;
  header.version = be32(bytes, 4);
  if (header.version == 1)
    return fail(ErrorKind::unsupported, {}, "it is a qcow image of version 1",
                "convert it to a raw image or a qcow2");
  if (header.version != 2 && header.version != 3)
    return senseless("version " + std::to_string(header.version));
  header.cluster_bits = be32(bytes, 20);
  if (header.cluster_bits < 9 || header.cluster_bits > 21)
    return senseless("clusters of 2^" + std::to_string(header.cluster_bits) + " bytes");
  header.size = be64(bytes, 24);
  const std::uint32_t encryption = be32(bytes, 32);
  header.l1_entries = be32(bytes, 36);
  header.l1_offset = be64(bytes, 40);
  header.refcounts = be64(bytes, 48);
  header.refcount_bytes = std::uint64_t{be32(bytes, 56)} << header.cluster_bits;
  header.snapshots = be32(bytes, 60);
  header.snapshots_offset = be64(bytes, 64);
  std::uint64_t header_length = kV2HeaderBytes;
  if (header.version == 3) {
    const std::uint64_t features = be64(bytes, 72);
    header_length = be32(bytes, 100);
    if (header_length < kV3HeaderBytes || header_length > header.cluster())
      return senseless("a header of " + std::to_string(header_length) + " bytes");
    if ((features & ~kKnown) != 0)
      return fail(ErrorKind::unsupported, {},
                  "it is a qcow2 image with a feature that pidometer does not know (bits " +
                      std::to_string(features & ~kKnown) + ")",
                  "convert it to a raw image");
    header.dirty = (features & kDirty) != 0;
    header.corrupt = (features & kCorrupt) != 0;
    header.external_data = (features & kExternalData) != 0;
    header.extended_l2 = (features & kExtendedL2) != 0;
    if ((features & kCompressionType) != 0) {
      const auto type = std::to_integer<unsigned>(bytes[104]);
      if (type > 1) return senseless("compression type " + std::to_string(type));
      header.zstd = type == 1;
    }
  }
  if (encryption != 0)
    return fail(ErrorKind::unsupported, {},
                encryption == 1   ? "it is a qcow2 image encrypted with AES"
                : encryption == 2 ? "it is a qcow2 image encrypted with LUKS"
                                  : "it is a qcow2 image encrypted in an unknown way",
                "unlock it: convert it to a raw image with its key");
  if (header.l1_entries > kMostL1Entries)
    return senseless("an L1 table of " + std::to_string(header.l1_entries) + " entries");
  // 2^56 bytes is more than any disk, and keeps all sums of offsets in 64 bits.
  if (header.size > std::uint64_t{1} << 56 || header.size == 0)
    return senseless("a disk of " + std::to_string(header.size) + " bytes");
  read_extensions(file, header_length, header);
  const std::uint64_t name_offset = be64(bytes, 8);
  const std::uint32_t name_length = be32(bytes, 16);
  if (name_offset != 0) {
    if (name_length <= kLongestName) header.backing_file = text_at(file, name_offset, name_length);
    // There is one, and its name is lost: what it holds must not read as zeros.
    if (header.backing_file.empty()) header.backing_file = "/";
  }
  return header;
}

std::vector<std::string> qcow2_snapshot_names(ContainerFile& file, const Qcow2Header& header) {
  constexpr std::uint32_t kMostNames = 20;
  constexpr std::size_t kFixed = 40;
  std::vector<std::string> names;
  std::uint64_t at = header.snapshots_offset;
  for (std::uint32_t i = 0; i < std::min(header.snapshots, kMostNames); ++i) {
    std::array<std::byte, kFixed> fixed{};
    if (file.read_table(at, fixed)) break;
    const std::size_t id_length = be16(fixed, 12);
    const std::size_t name_length = be16(fixed, 14);
    const std::uint64_t name_at = at + kFixed + be32(fixed, 36) + id_length;
    names.push_back(text_at(file, name_at, name_length));
    at = (name_at + name_length + 7) / 8 * 8;
  }
  return names;
}

std::string qcow2_file_name(std::string_view backing) {
  if (!backing.starts_with("json:")) {
    if (backing.starts_with("file:")) backing.remove_prefix(5);
    return std::string(backing);
  }
  constexpr std::string_view kKey = "\"filename\"";
  const std::size_t key = backing.rfind(kKey);
  if (key == std::string_view::npos) return {};
  const std::size_t begin = backing.find('"', key + kKey.size());
  if (begin == std::string_view::npos) return {};
  const std::size_t end = backing.find('"', begin + 1);
  return std::string(
      backing.substr(begin + 1, end == std::string_view::npos ? 0 : end - begin - 1));
}

}  // namespace pidometer
