#include "plugin/witness/interval_index.h"

#include <algorithm>

namespace pidometer {

IntervalIndex::IntervalIndex(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](const Interval& one) { return one.begin >= one.end; });
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  for (const Interval& one : intervals) {
    borders_.push_back(one.begin);
    borders_.push_back(one.end);
  }
  std::sort(borders_.begin(), borders_.end());
  borders_.erase(std::unique(borders_.begin(), borders_.end()), borders_.end());
  std::vector<Interval> open;
  std::size_t next = 0;
  for (const std::int64_t border : borders_) {
    std::erase_if(open, [border](const Interval& one) { return one.end <= border; });
    for (; next < intervals.size() && intervals[next].begin == border; ++next) {
      if (open.size() == kMostNested) open.erase(open.begin());
      open.push_back(intervals[next]);
    }
    starts_.push_back(ids_.size());
    for (const Interval& one : open) ids_.push_back(one.id);
  }
  starts_.push_back(ids_.size());
}

std::span<const std::uint32_t> IntervalIndex::at(std::int64_t point) const {
  const auto after = std::upper_bound(borders_.begin(), borders_.end(), point);
  if (after == borders_.begin()) return {};
  const auto cell = static_cast<std::size_t>(after - borders_.begin()) - 1;
  return std::span(ids_).subspan(starts_[cell], starts_[cell + 1] - starts_[cell]);
}

}  // namespace pidometer
