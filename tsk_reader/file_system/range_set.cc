#include "tsk_reader/file_system/range_set.h"

#include <algorithm>

namespace pidometer {

std::vector<ByteRange> RangeSet::common(ByteRange range) const {
  std::vector<ByteRange> parts;
  auto at = std::partition_point(ranges_.begin(), ranges_.end(),
                                 [&](const ByteRange& one) { return one.end <= range.begin; });
  for (; at != ranges_.end() && at->begin < range.end; ++at)
    parts.push_back({std::max(at->begin, range.begin), std::min(at->end, range.end)});
  return parts;
}

std::vector<ByteRange> made_disjoint(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const ByteRange& a, const ByteRange& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::vector<ByteRange> out;
  for (const ByteRange& range : ranges) {
    if (range.begin >= range.end) continue;
    if (!out.empty() && range.begin < out.back().end)
      out.back().end = std::max(out.back().end, range.end);
    else
      out.push_back(range);
  }
  return out;
}

std::vector<ByteRange> ranges_without(const std::vector<ByteRange>& ranges,
                                      const std::vector<ByteRange>& taken) {
  std::vector<ByteRange> out;
  auto one = taken.begin();
  for (const ByteRange& range : ranges) {
    std::uint64_t at = range.begin;
    while (one != taken.end() && one->end <= at) ++one;
    for (auto next = one; next != taken.end() && next->begin < range.end; ++next) {
      if (next->begin > at) out.push_back({at, next->begin});
      at = std::max(at, next->end);
    }
    if (at < range.end) out.push_back({at, range.end});
  }
  return out;
}

void add_kept(const FileExtent& extent, const std::vector<ByteRange>& kept, const char* reason,
              FileMap& map) {
  const ByteRange place{extent.source, extent.source + extent.length};
  std::uint64_t at = place.begin;
  const auto lose = [&](std::uint64_t end) {
    if (end > at)
      map.lost.add({extent.begin + (at - place.begin), extent.begin + (end - place.begin)}, reason);
  };
  for (const ByteRange& part : kept) {
    lose(part.begin);
    map.add({extent.begin + (part.begin - place.begin), part.end - part.begin, part.begin});
    at = part.end;
  }
  lose(place.end);
}

}  // namespace pidometer
