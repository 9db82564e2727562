#include "tsk_reader/range_source.h"

#include <algorithm>
#include <cstring>

#include "tsk_reader/damage_list.h"

namespace pidometer {
namespace {

class RangeSource : public BlockSource {
 public:
  RangeSource(BlockSource& parent, std::uint64_t offset, std::uint64_t length, PathSpec layers)
      : parent_(parent), offset_(offset), length_(length), layers_(std::move(layers)) {}

  std::uint64_t size() const override { return length_; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t inside = static_cast<std::size_t>(
        offset < length_ ? std::min<std::uint64_t>(out.size(), length_ - offset) : 0);
    // The neighbour's bytes must not be taken for ours.
    std::memset(out.data() + inside, 0, out.size() - inside);
    beyond_.add({offset + inside, offset + out.size()}, "past the end of the volume");
    if (inside == 0) return {};
    return parent_.read_at(offset_ + offset, out.first(inside));
  }

  std::vector<DamagedRange> damage(ByteRange range) const override {
    std::vector<DamagedRange> out;
    const std::uint64_t end = std::min(range.end, length_);
    if (range.begin < end) {
      out = parent_.damage({offset_ + range.begin, offset_ + end});
      for (DamagedRange& damaged : out) {
        damaged.range.begin -= offset_;
        damaged.range.end -= offset_;
      }
    }
    const std::vector<DamagedRange> beyond = beyond_.clipped(range);
    out.insert(out.end(), beyond.begin(), beyond.end());
    return out;
  }

  PathSpec path_spec() const override {
    PathSpec spec = layers_;
    const PathSpec below = parent_.path_spec();
    spec.insert(spec.end(), below.begin(), below.end());
    return spec;
  }

 private:
  BlockSource& parent_;
  std::uint64_t offset_;
  std::uint64_t length_;
  PathSpec layers_;
  DamageList beyond_;
};

/// The farthest byte that any image can have: a partition table's mutant must not make sums wrap.
constexpr std::uint64_t kFarthestByte = std::uint64_t{1} << 62U;

}  // namespace

std::unique_ptr<BlockSource> make_range_source(BlockSource& parent, std::uint64_t offset,
                                               std::uint64_t length, PathSpec layers) {
  offset = std::min(offset, kFarthestByte);
  length = std::min(length, kFarthestByte - offset);
  return std::make_unique<RangeSource>(parent, offset, length, std::move(layers));
}

}  // namespace pidometer
