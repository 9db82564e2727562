#include "tsk_reader/volume/mapped_source.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

constexpr const char* kUnmapped = "the metadata gives no place for these bytes";

/// A damaged area of a striped segment is every second, third, ... stripe. Rather than millions of
/// ranges one is told that covers them all: too much damage is no lie, too little is.
constexpr std::uint64_t kMostRanges = 65536;

/// Damage of one area of a striped segment (`bad`, bytes from the start of the area) in bytes from
/// the start of the segment.
void add_striped(const MappedSegment& segment, std::size_t area, const DamagedRange& bad,
                 std::vector<DamagedRange>& out) {
  const std::uint64_t stripe = segment.stripe_size;
  const std::uint64_t count = segment.areas.size();
  const auto place = [&](std::uint64_t at) {
    return (at / stripe * count + area) * stripe + at % stripe;
  };
  const auto [begin, end] = bad.range;
  if ((end - begin) / stripe >= kMostRanges) {
    out.push_back({{place(begin), place(end - 1) + 1}, bad.reason});
    return;
  }
  for (std::uint64_t at = begin; at < end;) {
    const std::uint64_t next = std::min(end, (at / stripe + 1) * stripe);
    out.push_back({{place(at), place(at) + (next - at)}, bad.reason});
    at = next;
  }
}

/// Of the bytes [begin, end) of an area.
std::vector<DamagedRange> area_damage(const MappedArea& area, std::uint64_t begin,
                                      std::uint64_t end) {
  if (area.source == nullptr) return {{{begin, end}, area.reason}};
  std::vector<DamagedRange> damage = area.source->damage({area.offset + begin, area.offset + end});
  for (DamagedRange& one : damage) {
    one.range.begin -= area.offset;
    one.range.end -= area.offset;
  }
  return damage;
}

Result<void> read_area(const MappedArea& area, std::uint64_t offset, std::span<std::byte> out) {
  if (area.source != nullptr) return area.source->read_at(area.offset + offset, out);
  std::fill(out.begin(), out.end(), std::byte{0});
  return {};
}

Result<void> read_segment(const MappedSegment& segment, std::uint64_t offset,
                          std::span<std::byte> out) {
  if (segment.areas.empty()) {
    std::fill(out.begin(), out.end(), std::byte{0});
    return {};
  }
  if (segment.areas.size() == 1) return read_area(segment.areas[0], offset, out);
  const std::uint64_t stripe = segment.stripe_size;
  const std::uint64_t count = segment.areas.size();
  for (std::size_t done = 0; done < out.size();) {
    const std::uint64_t at = offset + done;
    const std::uint64_t turn = at / stripe;
    const std::uint64_t inside = at % stripe;
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(stripe - inside, out.size() - done));
    const MappedArea& area = segment.areas[static_cast<std::size_t>(turn % count)];
    if (auto read = read_area(area, turn / count * stripe + inside, out.subspan(done, length));
        !read)
      return read;
    done += length;
  }
  return {};
}

/// The damage of [begin, end) of a segment, bytes from its start, in any order.
std::vector<DamagedRange> segment_damage(const MappedSegment& segment, std::uint64_t begin,
                                         std::uint64_t end) {
  if (segment.areas.empty()) return {};
  if (segment.areas.size() == 1) return area_damage(segment.areas[0], begin, end);
  // Whole rounds of stripes; what lies outside of [begin, end) is cut off by the caller.
  const std::uint64_t round = segment.stripe_size * segment.areas.size();
  const std::uint64_t first = begin / round * segment.stripe_size;
  const std::uint64_t last = (end + round - 1) / round * segment.stripe_size;
  std::vector<DamagedRange> out;
  for (std::size_t area = 0; area < segment.areas.size(); ++area)
    for (const DamagedRange& one : area_damage(segment.areas[area], first, last))
      add_striped(segment, area, one, out);
  return out;
}

}  // namespace

MappedSource::MappedSource(std::vector<MappedSegment> segments, std::uint64_t size,
                           PathSpec path_spec)
    : segments_(std::move(segments)), size_(size), path_spec_(std::move(path_spec)) {}

/// The first segment that ends behind `offset`.
std::optional<BlockSource::ImagePlace> MappedSource::image_place(std::uint64_t offset) const {
  const std::size_t number = find(offset);
  if (number == segments_.size() || segments_[number].begin > offset) return std::nullopt;
  const MappedSegment& segment = segments_[number];
  const std::uint64_t inside = offset - segment.begin;
  std::uint64_t length = segment.length - inside;
  std::uint64_t in_area = inside;
  std::size_t area = 0;
  if (segment.areas.size() > 1) {
    if (segment.stripe_size == 0) return std::nullopt;
    const std::uint64_t stripe = inside / segment.stripe_size;
    area = static_cast<std::size_t>(stripe % segment.areas.size());
    const std::uint64_t in_stripe = inside % segment.stripe_size;
    in_area = stripe / segment.areas.size() * segment.stripe_size + in_stripe;
    length = std::min(length, segment.stripe_size - in_stripe);
  }
  if (segment.areas.empty() || segment.areas[area].source == nullptr) return std::nullopt;
  auto place = segment.areas[area].source->image_place(segment.areas[area].offset + in_area);
  if (place) place->length = std::min(place->length, length);
  return place;
}

std::size_t MappedSource::find(std::uint64_t offset) const {
  const auto at = std::partition_point(
      segments_.begin(), segments_.end(),
      [&](const MappedSegment& one) { return one.begin + one.length <= offset; });
  return static_cast<std::size_t>(at - segments_.begin());
}

Result<void> MappedSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  std::size_t done = 0;
  for (std::size_t i = find(offset); done < out.size(); ++i) {
    const std::uint64_t at = offset + done;
    const bool behind = i >= segments_.size();
    if (behind || at < segments_[i].begin) {
      const std::size_t rest = out.size() - done;
      const std::size_t gap =
          behind ? rest
                 : static_cast<std::size_t>(std::min<std::uint64_t>(segments_[i].begin - at, rest));
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(done), gap, std::byte{0});
      if (at > size_ || gap > size_ - at)
        past_end_.add({std::max(at, size_), at > kUnknownEnd - gap ? kUnknownEnd : at + gap},
                      "past the end of the volume");
      done += gap;
      if (done == out.size()) break;
    }
    const MappedSegment& segment = segments_[i];
    const std::uint64_t inside = offset + done - segment.begin;
    const auto length = static_cast<std::size_t>(
        std::min<std::uint64_t>(segment.length - inside, out.size() - done));
    if (auto read = read_segment(segment, inside, out.subspan(done, length)); !read) return read;
    done += length;
  }
  return {};
}

std::vector<DamagedRange> MappedSource::damage(ByteRange range) const {
  DamageList all;
  std::uint64_t at = range.begin;
  const std::uint64_t end = std::min(range.end, size_);
  for (std::size_t i = find(at); at < end; ++i) {
    const std::uint64_t begin = i < segments_.size() ? std::min(segments_[i].begin, end) : end;
    if (at < begin) all.add({at, begin}, kUnmapped);
    if (begin == end) break;
    const MappedSegment& segment = segments_[i];
    const std::uint64_t from = std::max(at, begin);
    const std::uint64_t to = std::min(end, segment.begin + segment.length);
    auto met = segment_damage(segment, from - segment.begin, to - segment.begin);
    std::sort(met.begin(), met.end(), [](const DamagedRange& a, const DamagedRange& b) {
      return a.range.begin < b.range.begin;
    });
    for (const DamagedRange& one : met)
      all.add({std::max(from, segment.begin + one.range.begin),
               std::min(to, segment.begin + one.range.end)},
              one.reason);
    at = to;
  }
  for (const DamagedRange& one : past_end_.clipped(range)) all.add(one.range, one.reason);
  return all.all();
}

std::uint64_t MappedSource::missing_bytes() const {
  std::uint64_t mapped = 0;
  for (const MappedSegment& segment : segments_) {
    std::uint64_t there = segment.areas.empty() ? 1 : 0;
    for (const MappedArea& area : segment.areas) there += area.source != nullptr ? 1 : 0;
    const std::uint64_t of = std::max<std::uint64_t>(segment.areas.size(), 1);
    mapped += segment.length / of * there;
  }
  return size_ - std::min(size_, mapped);
}

}  // namespace pidometer
