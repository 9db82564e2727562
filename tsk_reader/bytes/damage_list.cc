#include "tsk_reader/bytes/damage_list.h"

#include <algorithm>

namespace pidometer {

void DamageList::add(ByteRange range, std::string_view reason) {
  if (range.begin >= range.end) return;
  // Images with much damage report it in order; only the ranges from the first that may meet the
  // new one matter.
  auto at = std::partition_point(ranges_.begin(), ranges_.end(), [&](const DamagedRange& known) {
    return known.range.end <= range.begin;
  });
  std::vector<ByteRange> gaps;
  std::uint64_t begin = range.begin;
  for (; at != ranges_.end() && at->range.begin < range.end; ++at) {
    if (begin < at->range.begin) gaps.push_back({begin, at->range.begin});
    begin = std::max(begin, at->range.end);
  }
  if (begin < range.end) gaps.push_back({begin, range.end});
  for (const ByteRange& gap : gaps) insert(gap, reason);
}

void DamageList::insert(ByteRange range, std::string_view reason) {
  auto next = std::partition_point(ranges_.begin(), ranges_.end(), [&](const DamagedRange& known) {
    return known.range.begin < range.begin;
  });
  const bool joins_next =
      next != ranges_.end() && next->range.begin == range.end && next->reason == reason;
  if (next != ranges_.begin()) {
    DamagedRange& before = *(next - 1);
    if (before.range.end == range.begin && before.reason == reason) {
      before.range.end = joins_next ? next->range.end : range.end;
      if (joins_next) ranges_.erase(next);
      return;
    }
  }
  if (joins_next) {
    next->range.begin = range.begin;
  } else {
    ranges_.insert(next, DamagedRange{range, std::string(reason)});
  }
}

std::vector<DamagedRange> DamageList::clipped(ByteRange range, std::uint64_t shift) const {
  std::vector<DamagedRange> out;
  auto at = std::partition_point(ranges_.begin(), ranges_.end(), [&](const DamagedRange& known) {
    return known.range.end <= range.begin;
  });
  for (; at != ranges_.end() && at->range.begin < range.end; ++at) {
    const std::uint64_t begin = std::max(at->range.begin, range.begin);
    const std::uint64_t end = std::min(at->range.end, range.end);
    out.push_back({{begin - shift, end - shift}, at->reason});
  }
  return out;
}

}  // namespace pidometer
