#include "tsk_reader/container/vhdx/vhdx_map.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kStateBits = 7;
constexpr std::uint64_t kReservedBits = 0xffff8;
constexpr std::uint64_t kOffsetBits = ~std::uint64_t{0xfffff};

enum State : std::uint64_t {
  not_present = 0,
  undefined = 1,
  zero = 2,
  unmapped = 3,
  fully_present = 6,
  partially_present = 7,
};

}  // namespace

VhdxMap::VhdxMap(std::unique_ptr<ContainerFile> file, VhdxLayout layout)
    : file_(std::move(file)), layout_(std::move(layout)) {}

Placement VhdxMap::make(Placement::Kind kind, std::uint64_t length, std::string reason) const {
  Placement placement;
  placement.kind = kind;
  placement.length = length;
  if (!reason.empty()) placement.reason = file_->name() + ": " + std::move(reason);
  return placement;
}

Placement VhdxMap::stored(std::uint64_t at, std::uint64_t length) const {
  Placement placement = make(Placement::Kind::stored, length);
  placement.file = file_.get();
  placement.offset = at;
  return placement;
}

std::optional<std::string> VhdxMap::read_entry(std::uint64_t index, std::uint64_t& entry) {
  std::array<std::byte, 8> bytes{};
  if (index >= layout_.table_bytes / 8) return "is too short for the disk";
  if (auto why = file_->read_table(layout_.table + index * 8, bytes)) return why;
  entry = le64(bytes, 0);
  return std::nullopt;
}

Placement VhdxMap::place(std::uint64_t offset) {
  using Kind = Placement::Kind;
  const std::uint64_t block = offset / layout_.block;
  const std::uint64_t within = offset % layout_.block;
  const std::uint64_t length = std::min(layout_.block - within, layout_.size - offset);
  std::uint64_t entry = 0;
  // After each chunk's entries stands one for its sector bitmap.
  if (const auto why = read_entry(block + block / layout_.chunk_ratio(), entry))
    return make(Kind::lost, length, "its block table " + *why);
  const std::uint64_t data = entry & kOffsetBits;
  if ((entry & kReservedBits) != 0 || data > std::uint64_t{1} << 56)
    return make(Kind::lost, length, "an entry of its block table is corrupt");
  switch (entry & kStateBits) {
    case not_present:
      return make(layout_.has_parent ? Kind::below : Kind::zeros, length);
    // What a guest gave back or never wrote: nothing says what it reads as, and Windows and qemu
    // give zeros.
    case undefined:
    case zero:
    case unmapped:
      return make(Kind::zeros, length);
    case fully_present:
      if (data == 0) break;
      return stored(data + within, length);
    case partially_present:
      if (data == 0 || !layout_.has_parent) break;
      return partly(block, data, within, length);
    default:
      break;
  }
  return make(Kind::lost, length, "an entry of its block table is corrupt");
}

Placement VhdxMap::partly(std::uint64_t block, std::uint64_t data, std::uint64_t within,
                          std::uint64_t length) {
  const std::uint64_t ratio = layout_.chunk_ratio();
  std::uint64_t entry = 0;
  auto why = read_entry((block / ratio + 1) * (ratio + 1) - 1, entry);
  if (!why && (entry & kStateBits) != fully_present) why = "is missing";
  const std::uint64_t sectors = layout_.block / layout_.sector;
  std::vector<std::byte> bits(static_cast<std::size_t>((sectors + 7) / 8));
  if (!why) why = file_->read_table((entry & kOffsetBits) + block % ratio * (sectors / 8), bits);
  if (why) return make(Placement::Kind::lost, length, "the sector bitmap of a block " + *why);
  const auto is_here = [&](std::uint64_t sector) {
    const auto byte = std::to_integer<unsigned>(bits[static_cast<std::size_t>(sector / 8)]);
    return (byte >> (sector % 8) & 1) != 0;
  };
  const std::uint64_t first = within / layout_.sector;
  const bool here = is_here(first);
  std::uint64_t last = first + 1;
  while (last < sectors && is_here(last) == here) ++last;
  const std::uint64_t run = std::min(length, last * layout_.sector - within);
  if (here) return stored(data + within, run);
  return make(Placement::Kind::below, run);
}

}  // namespace pidometer
