#include "tsk_reader/volume/gpt_entries.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/bytes/utf16_name.h"

namespace pidometer {
namespace {

/// Its first three fields are little-endian numbers (UEFI 2.10, appendix A).
std::string guid_text(std::span<const std::byte> bytes) {
  constexpr std::array<std::size_t, 16> kOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
  std::string text;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[kOrder[i]]));
  }
  return text;
}

constexpr std::uint64_t kSignature = 0x5452415020494645;  // "EFI PART"

}  // namespace

std::optional<std::uint64_t> gpt_disk_size(StructureReader& reader, std::uint32_t sector_size) {
  constexpr std::size_t kLengthAt = 12;
  constexpr std::size_t kChecksumAt = 16;
  constexpr std::size_t kBackupAt = 32;
  constexpr std::uint32_t kLeast = 92;
  std::vector<std::byte> header(sector_size);
  if (reader.size() < 2 * std::uint64_t{sector_size} || !reader.read_at(sector_size, header) ||
      le64(header, 0) != kSignature)
    return std::nullopt;
  const std::uint32_t length = le32(header, kLengthAt);
  const std::uint32_t checksum = le32(header, kChecksumAt);
  const std::uint64_t backup = le64(header, kBackupAt);
  if (length < kLeast || length > sector_size) return std::nullopt;
  std::fill_n(header.begin() + kChecksumAt, 4, std::byte{0});
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(header.data()), length);
  if (sum != checksum || backup > (std::uint64_t{1} << 62U) / sector_size) return std::nullopt;
  return (backup + 1) * sector_size;
}

std::vector<GptEntry> read_gpt_entries(StructureReader& reader, std::uint32_t sector_size) {
  constexpr std::uint32_t kMostEntries = 256;
  std::vector<GptEntry> entries;
  std::array<std::byte, 92> header{};
  if (reader.size() < 2 * std::uint64_t{sector_size} || !reader.read_at(sector_size, header))
    return entries;
  const std::uint64_t table = le64(header, 72);
  const std::uint32_t entry_size = le32(header, 84);
  if (le64(header, 0) != kSignature || entry_size < 128 || entry_size > 4096 ||
      table > reader.size() / sector_size)
    return entries;
  const std::uint32_t count = std::min(le32(header, 80), kMostEntries);
  std::vector<std::byte> bytes(std::size_t{count} * entry_size);
  if (!reader.read_at(table * sector_size, bytes)) return entries;
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    const auto entry = std::span(bytes).subspan(std::size_t{slot} * entry_size, entry_size);
    if (le64(entry, 0) == 0 && le64(entry, 8) == 0) continue;  // type zero: not in use
    entries.push_back({slot, le64(entry, 32), le64(entry, 40), guid_text(entry.subspan(16, 16)),
                       utf16_name(entry.subspan(56, 72), Utf16Order::little)});
  }
  return entries;
}

}  // namespace pidometer
