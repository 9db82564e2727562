#include "tsk_reader/container/vmdk/vmdk_sesparse_map.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kVersion = 0x0000000200000001;
constexpr std::uint64_t kVolatileMagic = 0x00000000cafecafe;
constexpr std::uint64_t kGrain = 8 * kSector;
constexpr std::uint64_t kTableBytes = 64 * kSector;
constexpr std::uint64_t kTableEntries = kTableBytes / 8;
/// 2^47 sectors are 2^56 bytes: sums stay in 64 bits.
constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 47;

struct Layout {
  std::uint64_t size = 0;
  std::uint64_t directory = 0;
  std::uint64_t directory_bytes = 0;
  std::uint64_t tables = 0;
  std::uint64_t grains = 0;
};

class SeSparseMap final : public GuestMap {
 public:
  SeSparseMap(std::unique_ptr<ContainerFile> file, Layout layout, bool has_parent)
      : file_(std::move(file)), layout_(layout), has_parent_(has_parent) {}

  std::uint64_t size() const override { return layout_.size; }
  Placement place(std::uint64_t offset) override;

 private:
  Placement make(Placement::Kind kind, std::uint64_t length, std::string reason = {}) const {
    Placement placement;
    placement.kind = kind;
    placement.length = length;
    if (!reason.empty()) placement.reason = file_->name() + ": " + std::move(reason);
    return placement;
  }
  Placement unallocated(std::uint64_t length) const {
    return make(has_parent_ ? Placement::Kind::below : Placement::Kind::zeros, length);
  }

  std::unique_ptr<ContainerFile> file_;
  Layout layout_;
  bool has_parent_;
};

Placement SeSparseMap::place(std::uint64_t offset) {
  const std::uint64_t span = kTableEntries * kGrain;
  const std::uint64_t table = offset / span;
  const std::uint64_t to_table_end = std::min(span - offset % span, layout_.size - offset);
  const std::uint64_t to_grain_end = std::min(kGrain - offset % kGrain, layout_.size - offset);
  std::array<std::byte, 8> bytes{};
  using Kind = Placement::Kind;
  if (table * 8 >= layout_.directory_bytes)
    return make(Kind::lost, to_table_end, "its grain directory is too short for the disk");
  if (const auto why = file_->read_table(layout_.directory + table * 8, bytes))
    return make(Kind::lost, to_table_end, "its grain directory " + *why);
  const std::uint64_t directory_entry = le64(bytes, 0);
  if (directory_entry == 0) return unallocated(to_table_end);
  if ((directory_entry & 0xffffffff00000000) != 0x1000000000000000)
    return make(Kind::lost, to_table_end, "an entry of its grain directory is corrupt");
  const std::uint64_t at = layout_.tables + (directory_entry & 0xffffffff) * kTableBytes;
  if (const auto why = file_->read_table(at + offset % span / kGrain * 8, bytes))
    return make(Kind::lost, to_grain_end, "its grain table " + *why);
  const std::uint64_t entry = le64(bytes, 0);
  switch (entry >> 60) {
    case 0:
      if (entry != 0) break;
      return unallocated(to_grain_end);
    case 1:  // given back by the guest
    case 2:
      return make(Kind::zeros, to_grain_end);
    case 3: {
      const std::uint64_t grain = (entry & 0x0fff000000000000) >> 48 | (entry & 0x0000ffffffffffff)
                                                                           << 12;
      if (grain > kMostSectors * kSector / kGrain) break;
      Placement placement = make(Kind::stored, to_grain_end);
      placement.file = file_.get();
      placement.offset = layout_.grains + grain * kGrain + offset % kGrain;
      return placement;
    }
    default:
      break;
  }
  return make(Kind::lost, to_grain_end, "an entry of its grain table is corrupt");
}

}  // namespace

Result<std::unique_ptr<GuestMap>> open_sesparse_map(std::unique_ptr<ContainerFile> file,
                                                    bool has_parent) {
  std::array<std::byte, kSector> head{};
  std::array<std::byte, kSector> state{};
  if (const auto why = file->read_table(0, head))
    return fail(ErrorKind::unreadable, {}, "its header " + *why);
  if (le64(head, 8) != kVersion || le64(head, 24) != 8 || le64(head, 32) != 64 ||
      le64(head, 40) != 0)
    return fail(ErrorKind::unsupported, {}, "it is a seSparse extent of an unknown version");
  const std::array<std::size_t, 5> sector_fields = {16, 80, 128, 144, 192};
  for (const std::size_t field : sector_fields)
    if (le64(head, field) > kMostSectors)
      return fail(ErrorKind::unreadable, {}, "its seSparse header makes no sense");
  if (const auto why = file->read_table(le64(head, 80) * kSector, state))
    return fail(ErrorKind::unreadable, {}, "its volatile header " + *why);
  if (le64(state, 0) != kVolatileMagic)
    return fail(ErrorKind::unreadable, {}, "its volatile header is corrupt");
  if (le64(state, 24) != 0)
    return fail(ErrorKind::unsupported, {},
                "it is a seSparse extent whose journal was not replayed",
                "open it in VMware once, or clone it with vmkfstools");
  Layout layout;
  layout.size = le64(head, 16) * kSector;
  layout.directory = le64(head, 128) * kSector;
  layout.directory_bytes = std::min(le64(head, 136), kMostSectors) * kSector;
  layout.tables = le64(head, 144) * kSector;
  layout.grains = le64(head, 192) * kSector;
  return std::make_unique<SeSparseMap>(std::move(file), layout, has_parent);
}

}  // namespace pidometer
