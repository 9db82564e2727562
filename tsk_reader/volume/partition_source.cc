#include "tsk_reader/volume/partition_source.h"

#include <algorithm>
#include <utility>

namespace pidometer {

PartitionSource::PartitionSource(BlockSource& parent, ByteRange range,
                                 std::optional<PathSpecLayer> layer)
    : parent_(parent), range_(range), layer_(std::move(layer)) {}

Result<void> PartitionSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  // A partition's neighbour is not its evidence; of a whole image the parent knows the end.
  std::size_t inside = out.size();
  if (layer_) {
    const std::uint64_t left = offset < size() ? size() - offset : 0;
    inside = static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size()));
  }
  if (inside > 0) {
    if (auto done = parent_.read_at(range_.begin + offset, out.first(inside)); !done) return done;
  }
  if (inside < out.size()) {
    const auto rest = out.subspan(inside);
    std::fill(rest.begin(), rest.end(), std::byte{0});
    past_end_.add({offset + inside, offset + out.size()}, "past the end of the partition");
  }
  return {};
}

std::vector<DamagedRange> PartitionSource::damage(ByteRange range) const {
  DamageList all;
  const std::uint64_t end = layer_ ? std::min(range.end, size()) : range.end;
  if (range.begin < end) {
    for (const auto& one : parent_.damage({range_.begin + range.begin, range_.begin + end}))
      all.add({one.range.begin - range_.begin, one.range.end - range_.begin}, one.reason);
  }
  for (const auto& one : past_end_.clipped(range)) all.add(one.range, one.reason);
  return all.all();
}

std::optional<BlockSource::ImagePlace> PartitionSource::image_place(std::uint64_t offset) const {
  return offset > kUnknownEnd - range_.begin ? std::nullopt
                                             : parent_.image_place(range_.begin + offset);
}

PathSpec PartitionSource::path_spec() const {
  PathSpec spec = parent_.path_spec();
  if (layer_) spec.insert(spec.begin(), *layer_);
  return spec;
}

}  // namespace pidometer
