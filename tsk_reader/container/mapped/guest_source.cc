#include "tsk_reader/container/mapped/guest_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {
namespace {

class GuestSource final : public BlockSource {
 public:
  explicit GuestSource(GuestParts parts)
      : parts_(std::move(parts)), damage_(parts_.survey.damage()) {}

  std::uint64_t size() const override { return parts_.map->size(); }
  std::vector<DamagedRange> damage(ByteRange range) const override {
    return damage_.clipped(range);
  }
  PathSpec path_spec() const override { return parts_.path_spec; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      if (offset >= size()) {
        std::fill(out.begin(), out.end(), std::byte{0});
        const std::uint64_t room = kUnknownEnd - offset;
        damage_.add({offset, offset + std::min<std::uint64_t>(out.size(), room)},
                    "image is truncated");
        return {};
      }
      Placement placement = place(offset, out.size());
      const auto want = static_cast<std::size_t>(
          std::min({std::uint64_t{out.size()}, placement.length, size() - offset}));
      if (Result<void> done = fill(placement, offset, out.first(want)); !done) return done;
      out = out.subspan(want);
      offset += want;
    }
    return {};
  }

 private:
  /// The placement at `offset`, longer where the file goes on as the guest does: one read for many
  /// clusters.
  Placement place(std::uint64_t offset, std::size_t wanted) {
    Placement first = checked(offset);
    if (first.kind != Placement::Kind::stored) return first;
    while (first.length < wanted && first.length < size() - offset) {
      const Placement next = checked(offset + first.length);
      if (next.kind != Placement::Kind::stored || next.file != first.file ||
          next.offset != first.offset + first.length)
        break;
      first.length += next.length;
    }
    return first;
  }

  Placement checked(std::uint64_t offset) {
    Placement placement = parts_.map->place(offset);
    if (placement.length == 0) placement.length = 1;
    if (placement.kind == Placement::Kind::stored && parts_.survey.claimed_twice(placement)) {
      placement.kind = Placement::Kind::lost;
      placement.reason = claimed_twice_reason(*placement.file);
    } else if (placement.kind == Placement::Kind::below && parts_.below == nullptr) {
      placement.kind = Placement::Kind::lost;
      placement.reason = parts_.below_missing;
    }
    return placement;
  }

  Result<void> fill(const Placement& placement, std::uint64_t offset, std::span<std::byte> out) {
    switch (placement.kind) {
      case Placement::Kind::stored: {
        DamageList met;
        placement.file->read_data(placement.offset, out, met);
        for (const DamagedRange& bad : met.all())
          damage_.add({bad.range.begin - placement.offset + offset,
                       bad.range.end - placement.offset + offset},
                      reason(*placement.file, bad.reason));
        return {};
      }
      case Placement::Kind::packed:
        fill_packed(placement, offset, out);
        return {};
      case Placement::Kind::zeros:
        std::fill(out.begin(), out.end(), std::byte{0});
        return {};
      case Placement::Kind::below:
        return fill_below(offset, out);
      case Placement::Kind::lost:
        break;
    }
    lose(offset, out, placement.reason);
    return {};
  }

  static std::string reason(const ContainerFile& file, const std::string& why) {
    return why == kPastTheEnd ? truncated_reason(file) : why;
  }

  void lose(std::uint64_t offset, std::span<std::byte> out, const std::string& reason) {
    std::fill(out.begin(), out.end(), std::byte{0});
    damage_.add({offset, offset + out.size()}, reason);
  }

  void fill_packed(const Placement& placement, std::uint64_t offset, std::span<std::byte> out) {
    if (!unit_known_ || placement.file != unit_.file || placement.offset != unit_.offset ||
        placement.unit_begin != unit_.unit_begin) {
      unit_ = placement;
      unit_bytes_.clear();
      unit_reason_ = parts_.map->unpack(placement, unit_bytes_);
      unit_known_ = true;
    }
    const std::uint64_t within = offset - placement.unit_begin;
    if (unit_reason_) {
      lose(offset, out, *unit_reason_);
      return;
    }
    const std::size_t begin =
        static_cast<std::size_t>(std::min<std::uint64_t>(within, unit_bytes_.size()));
    const std::size_t count = std::min(out.size(), unit_bytes_.size() - begin);
    std::memcpy(out.data(), unit_bytes_.data() + begin, count);
    if (count < out.size())
      lose(offset + count, out.subspan(count), "compressed data ends too early");
  }

  Result<void> fill_below(std::uint64_t offset, std::span<std::byte> out) {
    const std::uint64_t end = parts_.below->size();
    const std::size_t want =
        offset >= end ? 0
                      : static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end - offset));
    if (want > 0) {
      if (Result<void> done = parts_.below->read_at(offset, out.first(want)); !done) return done;
      for (const DamagedRange& bad : parts_.below->damage({offset, offset + want}))
        damage_.add(bad.range, bad.reason);
    }
    const auto rest = out.subspan(want);
    std::fill(rest.begin(), rest.end(), std::byte{0});
    return {};
  }

  GuestParts parts_;
  DamageList damage_;
  Placement unit_;  ///< the unit unpacked last
  bool unit_known_ = false;
  std::vector<std::byte> unit_bytes_;
  std::optional<std::string> unit_reason_;
};

}  // namespace

std::optional<std::string> GuestMap::unpack(const Placement&, std::vector<std::byte>& out) {
  out.clear();
  return "this container has no compressed data";
}

std::unique_ptr<BlockSource> make_guest_source(GuestParts parts) {
  return std::make_unique<GuestSource>(std::move(parts));
}

}  // namespace pidometer
