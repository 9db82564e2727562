#include "tsk_reader/volume/volume_scanner.h"

#include <fmt/format.h>
#include <tsk/libtsk.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/file_system_sniffer.h"
#include "tsk_reader/file_system/tsk/tsk_image.h"
#include "tsk_reader/volume/gpt_entries.h"
#include "tsk_reader/volume/partition_source.h"

namespace pidometer {
namespace {

/// 64 PiB: larger than any disk; starts and lengths below it can be added without overflow.
constexpr std::uint64_t kLargestOffset = std::uint64_t{1} << 56;
/// Linux numbers partitions of one disk up to 256.
constexpr std::size_t kMostPartitions = 256;

/// The number of an MBR's first logical partition.
constexpr std::uint32_t kFirstLogical = 5;

struct TableKind {
  TSK_VS_TYPE_ENUM type;
  std::uint32_t sector_size;
};

/// A partition as libtsk lists it, start and length still in sectors.
struct Slot {
  std::uint64_t start;
  std::uint64_t length;
  std::optional<std::uint32_t> index;  ///< in libtsk's list of everything, gaps and tables too
  std::uint8_t table;
  std::uint8_t slot;
  std::string description;
  PartitionName name = {};
};

struct VsCloser {
  void operator()(TSK_VS_INFO* vs) const { tsk_vs_close(vs); }
};

bool starts_with(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

/// Tables that may be there, most telling first.
std::vector<TableKind> candidates(std::span<const std::byte> head, bool content_at_start) {
  if (starts_with(head, 512, "EFI PART")) return {{TSK_VS_TYPE_GPT, 512}};
  if (starts_with(head, 4096, "EFI PART")) return {{TSK_VS_TYPE_GPT, 4096}};
  std::vector<TableKind> kinds;
  if (starts_with(head, 510, "\x55\xaa")) {
    bool used = false;
    bool protective = false;
    bool sound = true;
    for (std::size_t at = 446; at < 510; at += 16) {
      const auto status = std::to_integer<unsigned>(head[at]);
      const auto type = std::to_integer<unsigned>(head[at + 4]);
      sound = sound && (status == 0 || status == 0x80);
      used = used || (type != 0 && le32(head, at + 12) != 0);
      protective = protective || type == 0xEE;
    }
    // A damaged primary GPT leaves its backup at the end; libtsk looks there.
    if (sound && protective) kinds = {{TSK_VS_TYPE_GPT, 512}, {TSK_VS_TYPE_GPT, 4096}};
    if (sound && used) {
      kinds.push_back({TSK_VS_TYPE_DOS, 512});
      kinds.push_back({TSK_VS_TYPE_DOS, 4096});
    }
  }
  if (kinds.empty() && !content_at_start)
    kinds = {{TSK_VS_TYPE_BSD, 512}, {TSK_VS_TYPE_SUN, 512}, {TSK_VS_TYPE_MAC, 512}};
  return kinds;
}

std::vector<Slot> read_table(StructureReader& reader, TableKind kind, std::uint64_t claimed_size,
                             std::string& error) {
  TskImage image(reader, claimed_size, kind.sector_size);
  const std::unique_ptr<TSK_VS_INFO, VsCloser> vs(tsk_vs_open(image.info(), 0, kind.type));
  std::vector<Slot> slots;
  if (vs == nullptr) {
    error = take_tsk_error();
    return slots;
  }
  for (TSK_PNUM_T i = 0; i < vs->part_count; ++i) {
    const TSK_VS_PART_INFO* part = tsk_vs_part_get(vs.get(), i);
    if (part == nullptr || (part->flags & TSK_VS_PART_FLAG_ALLOC) == 0) continue;
    slots.push_back({part->start, part->len, i, static_cast<std::uint8_t>(part->table_num),
                     static_cast<std::uint8_t>(part->slot_num),
                     part->desc == nullptr ? std::string() : std::string(part->desc)});
  }
  // The order in which Linux numbers them.
  std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
    return std::pair(a.table, a.slot) < std::pair(b.table, b.slot);
  });
  return slots;
}

/// One entry that makes no sense must not hide the others, as it does in libtsk.
std::vector<Slot> read_gpt_ourselves(StructureReader& reader, TableKind kind) {
  std::vector<Slot> slots;
  if (kind.type != TSK_VS_TYPE_GPT) return slots;
  for (const GptEntry& entry : read_gpt_entries(reader, kind.sector_size)) {
    const std::uint64_t length = entry.last >= entry.first ? entry.last - entry.first + 1 : 0;
    slots.push_back({entry.first,
                     length,
                     std::nullopt,
                     0,
                     static_cast<std::uint8_t>(std::min(entry.slot, 255U)),
                     {}});
  }
  return slots;
}

/// The names that libtsk does not tell. Linux writes those of an MBR as its signature and the
/// number (block/partitions/msdos.c); one without a signature has none (libblkid).
void add_names(StructureReader& reader, TableKind kind, std::vector<Slot>& slots) {
  std::uint32_t next_logical = kFirstLogical;
  std::uint32_t signature = 0;
  std::vector<GptEntry> entries;
  if (kind.type == TSK_VS_TYPE_GPT) {
    entries = read_gpt_entries(reader, kind.sector_size);
  } else if (std::array<std::byte, 4> bytes{};
             kind.type == TSK_VS_TYPE_DOS && reader.read_at(440, bytes)) {
    signature = le32(bytes, 0);
  }
  for (Slot& slot : slots) {
    const bool logical = kind.type == TSK_VS_TYPE_DOS && slot.table > 0;
    slot.name.number = logical ? next_logical++ : slot.slot + 1U;
    if (signature != 0) slot.name.uuid = fmt::format("{:08x}-{:02x}", signature, *slot.name.number);
    for (const GptEntry& entry : entries)
      if (entry.slot == slot.slot && entry.first == slot.start) {
        slot.name.uuid = entry.guid;
        slot.name.label = entry.name;
      }
  }
}

Warning table_warning(WarningKind kind, std::string message, std::string volume = {}) {
  Warning warning;
  warning.kind = kind;
  warning.message = std::move(message);
  warning.volume = std::move(volume);
  return warning;
}

/// Slots to volumes; what cannot be is told and left out.
void add_volumes(BlockSource& image, TableKind kind, const std::vector<Slot>& slots,
                 ScannedVolumes& out) {
  for (const Slot& slot : slots) {
    const std::string name = fmt::format("p{}", *slot.name.number);
    const std::uint64_t most = kLargestOffset / kind.sector_size;
    if (slot.start > most || slot.length > most || slot.length == 0) {
      out.warnings.push_back(table_warning(
          WarningKind::damaged_image,
          fmt::format("the partition table gives {} an impossible place: sector {}, {} sectors",
                      name, slot.start, slot.length),
          name));
      continue;
    }
    if (out.volumes.size() >= kMostPartitions) {
      out.warnings.push_back(
          table_warning(WarningKind::damaged_image, "the partition table has too many entries"));
      return;
    }
    const ByteRange range{slot.start * kind.sector_size,
                          (slot.start + slot.length) * kind.sector_size};
    PathSpecLayer layer;
    layer.type_indicator = "TSK_PARTITION";
    layer.location = "/" + name;
    layer.part_index = slot.index;
    layer.start_offset = range.begin;
    out.volumes.push_back({name, slot.description, range.begin, range.end - range.begin,
                           std::make_unique<PartitionSource>(image, range, std::move(layer))});
    out.volumes.back().partition = slot.name;
  }
}

/// A last part that is missing behind the last partition hides no volume, and must be told.
void check_size(StructureReader& reader, TableKind kind, ScannedVolumes& out) {
  const auto size = gpt_disk_size(reader, kind.sector_size);
  if (!size || *size <= reader.size()) return;
  Warning warning = table_warning(
      WarningKind::damaged_image,
      fmt::format("the image ends at byte {}, and by its GUID partition table the disk has {} "
                  "bytes: {} are missing, or the disk was made smaller since",
                  reader.size(), *size, *size - reader.size()));
  warning.range = ByteRange{reader.size(), *size};
  out.warnings.push_back(std::move(warning));
}

/// Whether any of the volumes holds something known: tells a table from bytes that look like one,
/// and the right sector size from the wrong one.
bool any_recognised(const std::vector<Volume>& volumes, std::uint64_t image_size) {
  return std::any_of(volumes.begin(), volumes.end(), [&](const Volume& volume) {
    if (volume.start >= image_size) return false;
    StructureReader reader(*volume.source);
    return !sniff_volume(reader).name.empty();
  });
}

}  // namespace

ScannedVolumes scan_volumes(BlockSource& image) {
  StructureReader reader(image);
  std::vector<std::byte> head(8192);
  head.resize(static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), image.size())));
  const bool readable = !head.empty() && reader.read_at(0, head);
  StructureReader content_reader(image);
  const VolumeContent content = sniff_volume(content_reader);

  const bool has_signature = starts_with(head, 510, "\x55\xaa") ||
                             starts_with(head, 512, "EFI PART") ||
                             starts_with(head, 4096, "EFI PART");
  std::optional<ScannedVolumes> table;
  std::string error;
  if (readable) {
    for (const TableKind kind : candidates(head, !content.name.empty())) {
      std::vector<Slot> slots = read_table(reader, kind, image.size(), error);
      // libtsk refuses a table that points past the end; a truncated image has just that.
      if (slots.empty()) slots = read_table(reader, kind, kLargestOffset, error);
      if (slots.empty()) slots = read_gpt_ourselves(reader, kind);
      if (slots.empty()) continue;
      add_names(reader, kind, slots);
      ScannedVolumes found;
      add_volumes(image, kind, slots, found);
      if (kind.type == TSK_VS_TYPE_GPT) check_size(reader, kind, found);
      const bool recognised = any_recognised(found.volumes, image.size());
      if (!table || recognised) table = std::move(found);
      if (recognised) break;
      // Nothing known in any partition, but at the start of the disk: bytes that look like a table.
      if (!content.name.empty()) table.reset();
    }
  }
  ScannedVolumes out;
  if (table) {
    out = std::move(*table);
    if (content.readable())
      out.warnings.push_back(table_warning(
          WarningKind::unsupported,
          fmt::format("an older {} filesystem also starts at the disk's first byte, before the "
                      "partitions were made; it is not read",
                      content.name)));
  } else {
    if (!error.empty() && has_signature && content.name.empty())
      out.warnings.push_back(
          table_warning(WarningKind::damaged_image,
                        fmt::format("the partition table cannot be read: {}", error)));
    out.volumes.push_back(
        {"whole", "no partition table", 0, image.size(),
         std::make_unique<PartitionSource>(image, ByteRange{0, image.size()}, std::nullopt)});
  }
  out.table_damage = reader.damage().all();
  return out;
}

}  // namespace pidometer
