#include "tsk_reader/container/qcow2/qcow2_map.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/mapped/inflate_unit.h"

namespace pidometer {
namespace {

/// Bits of L1 and L2 entries (qemu, docs/interop/qcow2.txt).
constexpr std::uint64_t kOffset = 0x00fffffffffffe00;
constexpr std::uint64_t kCopied = std::uint64_t{1} << 63;
constexpr std::uint64_t kCompressed = std::uint64_t{1} << 62;
constexpr std::uint64_t kZero = 1;

std::string bytes_of(std::uint64_t begin, std::uint64_t length) {
  return "guest bytes " + std::to_string(begin) + " to " + std::to_string(begin + length);
}

}  // namespace

Qcow2Map::Qcow2Map(std::unique_ptr<ContainerFile> file, std::unique_ptr<ContainerFile> data,
                   std::string data_missing, Qcow2Header header)
    : file_(std::move(file)),
      data_(std::move(data)),
      data_missing_(std::move(data_missing)),
      header_(std::move(header)) {}

Placement Qcow2Map::unallocated(std::uint64_t length) const {
  Placement placement;
  placement.kind = header_.backing_file.empty() ? Placement::Kind::zeros : Placement::Kind::below;
  placement.length = length;
  return placement;
}

Placement Qcow2Map::lost(std::uint64_t length, std::string reason) const {
  Placement placement;
  placement.length = length;
  placement.reason = file_->name() + ": " + std::move(reason);
  return placement;
}

Placement Qcow2Map::stored(std::uint64_t host, std::uint64_t length) {
  if (header_.external_data && data_ == nullptr) return lost(length, data_missing_);
  Placement placement;
  placement.kind = Placement::Kind::stored;
  placement.length = length;
  placement.file = header_.external_data ? data_.get() : file_.get();
  placement.offset = host;
  return placement;
}

Placement Qcow2Map::place(std::uint64_t offset) {
  const std::uint64_t l2_entries = header_.cluster() / entry_bytes();
  const std::uint64_t span = l2_entries << header_.cluster_bits;
  const std::uint64_t l1_index = offset / span;
  const std::uint64_t table_begin = l1_index * span;
  const std::uint64_t to_table_end = std::min(table_begin + span, header_.size) - offset;
  if (l1_index >= header_.l1_entries)
    return lost(to_table_end, "its L1 table is too short for the disk");
  std::array<std::byte, 16> bytes{};
  if (header_.l1_offset > kOffset)
    return lost(header_.size - offset, "its L1 table lies past the end of the file");
  if (const auto why =
          file_->read_table(header_.l1_offset + l1_index * 8, std::span(bytes).first(8)))
    return lost(to_table_end,
                "the entry of its L1 table for " + bytes_of(table_begin, span) + " " + *why);
  const std::uint64_t l1_entry = be64(bytes, 0);
  const std::uint64_t table = l1_entry & kOffset;
  // A table that is in use (bit 63) and has no place lost its place.
  if ((l1_entry & ~kOffset & ~kCopied) != 0 || (table == 0 && l1_entry != 0))
    return lost(to_table_end,
                "the entry of its L1 table for " + bytes_of(table_begin, span) + " is corrupt");
  if (table == 0) return unallocated(to_table_end);
  if (table % header_.cluster() != 0)
    return lost(to_table_end,
                "the L2 table of " + bytes_of(table_begin, span) + " lies at no cluster's start");
  if (table >= file_->size())
    return lost(to_table_end,
                "the L2 table of " + bytes_of(table_begin, span) + " " + std::string(kPastTheEnd));
  const std::uint64_t l2_index = (offset - table_begin) >> header_.cluster_bits;
  const auto entry_size = static_cast<std::size_t>(entry_bytes());
  const std::uint64_t within = offset & (header_.cluster() - 1);
  const std::uint64_t to_cluster_end = std::min(header_.cluster() - within, header_.size - offset);
  if (const auto why =
          file_->read_table(table + l2_index * entry_size, std::span(bytes).first(entry_size)))
    return lost(to_cluster_end, "the L2 table of " + bytes_of(table_begin, span) + " " + *why);
  Placement placement = cluster(offset, be64(bytes, 0), header_.extended_l2 ? be64(bytes, 8) : 0);
  placement.length = std::min(placement.length, to_cluster_end);
  return placement;
}

Placement Qcow2Map::cluster(std::uint64_t offset, std::uint64_t entry, std::uint64_t bitmap) {
  const std::uint64_t within = offset & (header_.cluster() - 1);
  const std::uint64_t left = header_.cluster() - within;
  const auto corrupt = [&](const char* how) {
    return lost(left,
                "the L2 entry of " + bytes_of(offset - within, header_.cluster()) + " " + how);
  };
  if ((entry & kCompressed) != 0) {
    if ((entry & kCopied) != 0 || bitmap != 0) return corrupt("is corrupt");
    if (header_.external_data)
      return corrupt("is compressed, which an image with external data cannot hold");
    Placement placement;
    placement.kind = Placement::Kind::packed;
    placement.length = left;
    placement.file = file_.get();
    // The wider the cluster, the more bits count its sectors and the fewer say where it begins.
    const std::uint32_t offset_bits = 62 - (header_.cluster_bits - 8);
    const std::uint64_t place = entry & ~kCompressed;
    placement.offset = place & ((std::uint64_t{1} << offset_bits) - 1);
    placement.packed_bytes = ((place >> offset_bits) + 1) * 512 - placement.offset % 512;
    placement.unit_begin = offset - within;
    return placement;
  }
  const std::uint64_t host = entry & kOffset;
  const bool zero = (entry & kZero) != 0;
  const std::uint64_t rest = entry & ~kOffset & ~kCopied & ~kZero;
  if (rest != 0 || (zero && (header_.version < 3 || header_.extended_l2)))
    return corrupt("is corrupt: it has bits that must be zero");
  if (host % header_.cluster() != 0) return corrupt("points to no cluster's start");
  if (header_.extended_l2) return subclusters(offset, host, bitmap);
  if (zero) {
    Placement placement;
    placement.kind = Placement::Kind::zeros;
    placement.length = left;
    return placement;
  }
  // With external data the first cluster may lie at offset 0; then bit 63 tells.
  const bool allocated = host != 0 || (header_.external_data && (entry & kCopied) != 0);
  if (!allocated && (entry & kCopied) != 0) return corrupt("is in use and has no place");
  if (!allocated) return unallocated(left);
  return stored(host + within, left);
}

Placement Qcow2Map::subclusters(std::uint64_t offset, std::uint64_t host, std::uint64_t bitmap) {
  const std::uint64_t within = offset & (header_.cluster() - 1);
  const std::uint64_t length = header_.subcluster();
  const std::uint64_t index = within / length;
  const auto state = [&](std::uint64_t i) {
    return std::pair((bitmap >> i & 1) != 0, (bitmap >> (i + kQcow2Subclusters) & 1) != 0);
  };
  // Neighbours in the same state are one run: a cluster has few of them.
  std::uint64_t end = index + 1;
  while (end < kQcow2Subclusters && state(end) == state(index)) ++end;
  const std::uint64_t left = end * length - within;
  const auto [allocated, zero] = state(index);
  if ((allocated && zero) || (allocated && host == 0 && !header_.external_data))
    return lost(left, "the subclusters of " + bytes_of(offset - within, header_.cluster()) +
                          " contradict one another");
  if (allocated) return stored(host + within, left);
  if (!zero) return unallocated(left);
  Placement placement;
  placement.kind = Placement::Kind::zeros;
  placement.length = left;
  return placement;
}

std::uint64_t Qcow2Map::most_placements(std::uint64_t bytes) const {
  return bytes / entry_bytes() * (header_.extended_l2 ? kQcow2Subclusters : 1);
}

std::vector<FileRange> Qcow2Map::structures() {
  // Tables that are twice in the list are claimed twice, and harm nobody but what lies there too.
  std::vector<FileRange> ranges = {{file_.get(), 0, header_.cluster()}};
  const auto add_table = [&](std::uint64_t at, std::uint64_t bytes, std::uint64_t entry_mask) {
    if (at == 0 || at >= file_->size()) return;
    bytes = std::min(bytes, file_->size() - at);
    ranges.push_back({file_.get(), at, bytes});
    std::array<std::byte, 8> entry{};
    for (std::uint64_t i = 0; i < std::min(bytes / 8, kMostL1Entries); ++i) {
      if (file_->read_table(at + i * 8, entry)) break;
      const std::uint64_t below = be64(entry, 0) & entry_mask;
      if (below != 0 && below % header_.cluster() == 0 && below < file_->size())
        ranges.push_back({file_.get(), below, header_.cluster()});
    }
  };
  add_table(header_.l1_offset, header_.l1_entries * 8, kOffset);
  add_table(header_.refcounts, header_.refcount_bytes, ~std::uint64_t{511});
  return ranges;
}

std::optional<std::string> Qcow2Map::unpack(const Placement& packed, std::vector<std::byte>& out) {
  const std::uint64_t host = packed.offset;
  const std::uint64_t length = packed.packed_bytes;
  const std::string what = file_->name() + ": the compressed cluster of " +
                           bytes_of(packed.unit_begin, header_.cluster()) + " ";
  const std::uint64_t end = file_->size();
  if (host >= end) return what + std::string(kPastTheEnd);
  // The last sector of the last cluster need not be filled.
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(length, end - host)));
  DamageList met;
  file_->read_data(host, bytes, met);
  if (!met.empty()) return what + "cannot be read: " + met.all().front().reason;
  out.resize(static_cast<std::size_t>(header_.cluster()));
  const auto why = inflate_unit(header_.zstd ? UnitCodec::zstd : UnitCodec::deflate, bytes, out);
  if (!why) return std::nullopt;
  const bool cut = host + length > end + 511;
  return what + (cut ? std::string(kPastTheEnd) : "cannot be unpacked: " + *why);
}

}  // namespace pidometer
