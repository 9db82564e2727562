#include "tsk_reader/volume/md/md_superblock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kMagic = 0xa92b4efc;
constexpr std::uint64_t kSector = 512;
constexpr std::size_t kSuperblock = 4096;
/// 64 PiB: sums below it do not overflow.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 56;
/// More members than any version has room for.
constexpr std::uint32_t kMostDisks = 1920;

std::string hex(Bytes bytes) {
  std::string out;
  for (const std::byte one : bytes) out += fmt::format("{:02x}", std::to_integer<unsigned>(one));
  return out;
}

bool known_level(std::int32_t level) {
  constexpr std::array kLevels = {-4, -1, 0, 1, 4, 5, 6, 10};
  return std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end();
}

std::uint32_t fold(std::uint64_t sum) {
  return static_cast<std::uint32_t>((sum & 0xffffffffU) + (sum >> 32));
}

/// calc_sb_1_csum: the sum of all words, without its own.
std::uint32_t checksum_1(Bytes super, std::size_t length) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at + 4 <= length; at += 4)
    if (at != 216) sum += le32(super, at);
  if (length % 4 == 2) sum += le16(super, length - 2);
  return fold(sum);
}

/// The sectors that md gave up on this member (md.c, super_1_load): 54 bits of place, 10 of length.
std::vector<ByteRange> read_bad_blocks(StructureReader& reader, Bytes super,
                                       std::uint64_t super_offset) {
  const auto offset = static_cast<std::int32_t>(le32(super, 188));
  const std::uint64_t sectors = le16(super, 186);
  const unsigned shift = std::to_integer<unsigned>(super[185]);
  constexpr std::uint64_t kMostSectors = 128;  // mdadm makes it 8 sectors long
  const std::int64_t at = static_cast<std::int64_t>(super_offset) + offset * std::int64_t{512};
  std::vector<ByteRange> out;
  if (offset == 0 || sectors == 0 || sectors > kMostSectors || shift > 16 || at < 0) return out;
  std::vector<std::byte> list(static_cast<std::size_t>(sectors * kSector));
  if (!reader.read_at(static_cast<std::uint64_t>(at), list)) return out;
  for (std::size_t i = 0; i + 8 <= list.size(); i += 8) {
    const std::uint64_t entry = le64(list, i);
    if (entry == ~std::uint64_t{0}) break;
    const std::uint64_t length = (entry & 0x3ff) << shift;
    const std::uint64_t begin = entry >> 10;
    if (length == 0 || begin > kLargest / kSector >> shift) continue;
    out.push_back({(begin << shift) * kSector, ((begin << shift) + length) * kSector});
  }
  return out;
}

std::optional<MdSuperblock> parse_1(StructureReader& reader, std::uint64_t offset,
                                    const char* version) {
  std::vector<std::byte> super(kSuperblock);
  if (offset + 256 > reader.size() || !reader.read_at(offset, super)) return std::nullopt;
  const std::uint32_t disks = le32(super, 92);
  const std::uint32_t entries = le32(super, 220);
  const std::uint64_t sectors = le64(super, 80);
  const std::uint64_t data_sector = le64(super, 128);
  MdSuperblock out;
  out.level = static_cast<std::int32_t>(le32(super, 72));
  if (le32(super, 0) != kMagic || le32(super, 4) != 1 || le64(super, 144) != offset / kSector ||
      !known_level(out.level) || entries > kMostDisks || disks == 0 || disks > kMostDisks ||
      sectors > kLargest / kSector || data_sector > kLargest / kSector)
    return std::nullopt;
  out.version = version;
  out.offset = offset;
  out.array_uuid = hex(Bytes(super).subspan(16, 16));
  for (std::size_t at = 32; at < 64 && super[at] != std::byte{0}; ++at)
    out.name += static_cast<char>(super[at]);
  out.raid_disks = disks;
  out.data_offset = data_sector * kSector;
  out.size = sectors * kSector;
  out.events = le64(super, 200);
  out.created = le64(super, 64) & ((std::uint64_t{1} << 40) - 1);  // above: microseconds
  out.member_id = hex(Bytes(super).subspan(168, 16));
  out.number = le32(super, 160);
  out.checksum_right = le32(super, 216) == checksum_1(super, 256 + std::size_t{entries} * 2);
  out.clean = le64(super, 208) == ~std::uint64_t{0};
  constexpr std::uint16_t kFaulty = 0xfffe;
  constexpr std::uint16_t kJournal = 0xfffd;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint16_t role = le16(super, 256 + std::size_t{i} * 2);
    out.active[i] = role < kJournal && role < disks;
    if (i != out.number) continue;
    if (role == kFaulty)
      out.state = "faulty";
    else if (role == kJournal)
      out.state = "journal";
    else if (out.active[i])
      out.role = role;
  }
  if (!out.role && out.state.empty()) out.state = "spare";
  const std::uint32_t features = le32(super, 8);
  if ((features & 0x2) != 0) out.rebuilt = std::min(le64(super, 152), kLargest / kSector) * kSector;
  if ((features & 0x8) != 0) out.bad_blocks = read_bad_blocks(reader, super, offset);
  out.replacement = (features & 0x10) != 0;
  if ((features & (0x4 | 0x20 | 0x40)) != 0) out.unsupported = "it was being reshaped";
  return out;
}

/// Superblock 0.90: words in the order of the host that made it.
std::optional<MdSuperblock> parse_0(StructureReader& reader, std::uint64_t offset) {
  std::vector<std::byte> super(kSuperblock);
  if (!reader.read_at(offset, super)) return std::nullopt;
  const bool big = be32(super, 0) == kMagic;
  const auto word = [&](std::size_t i) { return big ? be32(super, i * 4) : le32(super, i * 4); };
  MdSuperblock out;
  out.level = static_cast<std::int32_t>(word(7));
  const std::uint32_t minor = word(2);
  if (word(0) != kMagic || word(1) != 0 || (minor != 90 && minor != 91) ||
      !known_level(out.level) || word(10) == 0 || word(10) > 27)
    return std::nullopt;
  out.version = "0.90";
  out.offset = offset;
  for (const std::size_t i : std::to_array<std::size_t>({5, 13, 14, 15}))
    out.array_uuid += fmt::format("{:08x}", word(i));
  out.raid_disks = word(10);
  out.size = std::uint64_t{word(8)} * 1024;
  out.created = word(6);
  out.events =
      big ? std::uint64_t{word(39)} << 32 | word(40) : std::uint64_t{word(40)} << 32 | word(39);
  out.number = word(992);
  out.member_id = fmt::format("{}", out.number);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kSuperblock / 4; ++i)
    if (i != 38) sum += word(i);
  out.checksum_right = fold(sum) == word(38);
  out.clean = (word(33) & 1U) != 0;
  constexpr std::uint32_t kFaultyBit = 1;
  constexpr std::uint32_t kActiveBit = 2;
  constexpr std::uint32_t kSyncBit = 4;
  for (std::uint32_t i = 0; i < 27; ++i) {
    const std::size_t at = 128 + std::size_t{i} * 32;
    const std::uint32_t state = word(at + 4);
    const std::uint32_t role = word(at + 3);
    const bool faulty = (state & kFaultyBit) != 0;
    const bool in_sync = !faulty && (state & kSyncBit) != 0 && role < out.raid_disks;
    out.active[i] = in_sync;
    if (i != out.number) continue;
    if (faulty) out.state = "faulty";
    if (in_sync || (!faulty && (state & kActiveBit) != 0 && role < out.raid_disks)) out.role = role;
    if (out.role && !in_sync) out.rebuilt = 0;
  }
  if (!out.role && out.state.empty()) out.state = "spare";
  if (minor == 91) out.unsupported = "it was being reshaped";
  if (big) out.unsupported = "its superblock was written by a big-endian host";
  return out;
}

}  // namespace

std::string MdSuperblock::title() const {
  return name.empty() ? array_uuid.substr(0, 8) : name;
}

std::string md_level_name(std::int32_t level) {
  if (level == -1) return "linear";
  if (level == -4) return "multipath";
  return fmt::format("RAID{}", level);
}

std::optional<MdSuperblock> read_md_superblock(StructureReader& reader) {
  std::optional<MdSuperblock> best;
  const auto take = [&](std::optional<MdSuperblock> one) {
    if (!one) return;
    if (!best || std::pair(one->checksum_right, one->created) >
                     std::pair(best->checksum_right, best->created))
      best = std::move(one);
  };
  take(parse_1(reader, 0, "1.1"));
  take(parse_1(reader, 4096, "1.2"));
  const std::uint64_t sectors = reader.size() / kSector;
  if (sectors >= 32) take(parse_1(reader, (sectors - 16) / 8 * 8 * kSector, "1.0"));
  constexpr std::uint64_t kReserved = 65536;
  if (reader.size() >= 2 * kReserved)
    take(parse_0(reader, reader.size() / kReserved * kReserved - kReserved));
  return best;
}

}  // namespace pidometer
