#include "plugin/timeline/recovered_times.h"

#include <algorithm>
#include <utility>

namespace pidometer {

void RecoveredTimes::add(std::vector<RecoveredLine> lines) {
  lines_.insert(lines_.end(), lines.begin(), lines.end());
  std::stable_sort(lines_.begin(), lines_.end(),
                   [](const RecoveredLine& a, const RecoveredLine& b) { return a.time < b.time; });
}

RecoveredWithin RecoveredTimes::within(TimeRange range) const {
  RecoveredWithin within;
  auto line = std::partition_point(lines_.begin(), lines_.end(), [&](const RecoveredLine& one) {
    return one.time < range.begin;
  });
  for (; line != lines_.end() && line->time <= range.end; ++line) {
    if (within.lines++ == 0) {
      within.offset = line->offset;
      within.of_volume = line->of_volume;
    }
    within.years_inferred = within.years_inferred || line->year_inferred;
    const auto place = std::lower_bound(within.methods.begin(), within.methods.end(), line->method);
    if (place == within.methods.end() || *place != line->method)
      within.methods.insert(place, line->method);
  }
  return within;
}

}  // namespace pidometer
