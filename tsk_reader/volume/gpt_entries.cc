#include "tsk_reader/volume/gpt_entries.h"

#include <algorithm>
#include <array>
#include <span>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {

std::vector<GptEntry> read_gpt_entries(StructureReader& reader, std::uint32_t sector_size) {
  constexpr std::uint64_t kSignature = 0x5452415020494645;  // "EFI PART"
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
    entries.push_back({slot, le64(entry, 32), le64(entry, 40)});
  }
  return entries;
}

}  // namespace pidometer
