#include "tsk_reader/container/vmdk/vmdk_sparse_map.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint32_t kZeroGrain = 1;

std::string bytes_of(std::uint64_t begin, std::uint64_t length) {
  return "bytes " + std::to_string(begin) + " to " + std::to_string(begin + length) +
         " of the extent";
}

}  // namespace

VmdkSparseMap::VmdkSparseMap(std::unique_ptr<ContainerFile> file, const VmdkHeader& header,
                             bool has_parent)
    : file_(std::move(file)), header_(header), has_parent_(has_parent) {}

Placement VmdkSparseMap::unallocated(std::uint64_t length) const {
  Placement placement;
  placement.kind = has_parent_ ? Placement::Kind::below : Placement::Kind::zeros;
  placement.length = length;
  return placement;
}

bool VmdkSparseMap::plausible(std::uint32_t value) const {
  if (value == 0) return true;
  if (value == kZeroGrain) return header_.zero_grains;
  return value * kSector < file_->size();
}

VmdkSparseMap::Entry VmdkSparseMap::read_entry(std::uint64_t directory, std::uint64_t table,
                                               std::uint64_t index) {
  Entry entry;
  std::array<std::byte, 4> bytes{};
  entry.whole_table = true;
  if (const auto why = file_->read_table(directory + table * 4, bytes)) {
    entry.problem = "its grain directory " + *why;
    return entry;
  }
  const std::uint64_t at = le32(bytes, 0) * kSector;
  if (at == 0) return entry;
  if (at >= file_->size()) {
    entry.problem = "its grain table lies past the end of the file";
    return entry;
  }
  entry.whole_table = false;
  if (const auto why = file_->read_table(at + index * 4, bytes)) {
    entry.problem = "its grain table " + *why;
    return entry;
  }
  entry.value = le32(bytes, 0);
  return entry;
}

VmdkSparseMap::Entry VmdkSparseMap::combine(Entry first, Entry second) {
  if (first.problem.empty() && second.problem.empty() && first.value == second.value) {
    first.whole_table = first.whole_table && second.whole_table;
    return first;
  }
  copies_differ_ = true;
  first.whole_table = false;
  second.whole_table = false;
  const bool first_good = first.problem.empty() && plausible(first.value);
  const bool second_good = second.problem.empty() && plausible(second.value);
  if (first_good != second_good) return first_good ? first : second;
  if (!first_good) return first;
  // A grain is written before its entries, and the second entry may not have been reached.
  if (first.value == 0 || second.value == 0) return first.value == 0 ? second : first;
  first.problem = "the two copies of its grain tables contradict one another";
  return first;
}

Placement VmdkSparseMap::place(std::uint64_t offset) {
  const std::uint64_t grain = offset / header_.grain;
  const std::uint64_t within = offset % header_.grain;
  const std::uint64_t table = grain / header_.table_entries;
  const std::uint64_t index = grain % header_.table_entries;
  const std::uint64_t to_grain_end = std::min(header_.grain - within, header_.size - offset);
  const std::uint64_t to_table_end =
      std::min((header_.table_entries - index) * header_.grain - within, header_.size - offset);

  Entry entry = read_entry(header_.directory, table, index);
  if (header_.second_directory)
    entry = combine(std::move(entry), read_entry(*header_.second_directory, table, index));
  const std::uint64_t length = entry.whole_table ? to_table_end : to_grain_end;
  Placement placement;
  placement.length = length;
  if (!entry.problem.empty()) {
    placement.reason = file_->name() + ": " + entry.problem + " (" +
                       bytes_of(offset - within, header_.grain) + ")";
    return placement;
  }
  if (entry.value == 0) return unallocated(length);
  if (entry.value == kZeroGrain) {
    placement.kind = header_.zero_grains ? Placement::Kind::zeros : Placement::Kind::lost;
    placement.reason = file_->name() + ": the entry of " +
                       bytes_of(offset - within, header_.grain) + " points into the header";
    return placement;
  }
  placement.file = file_.get();
  placement.offset = entry.value * kSector;
  if (header_.compressed) {
    placement.kind = Placement::Kind::packed;
    placement.unit_begin = offset - within;
    placement.packed_bytes = longest_grain(header_);
  } else {
    placement.kind = Placement::Kind::stored;
    placement.offset += within;
  }
  return placement;
}

std::optional<std::string> VmdkSparseMap::unpack(const Placement& packed,
                                                 std::vector<std::byte>& out) {
  return unpack_grain(*file_, header_, packed, out);
}

}  // namespace pidometer
