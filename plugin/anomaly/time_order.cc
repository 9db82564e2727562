#include "plugin/anomaly/time_order.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace pidometer {

std::uint32_t TimeOrder::before(std::uint32_t tick) {
  return nearest(tick, tick - 1, -1);  // of the first tick: kNoTick, which none is
}

std::uint32_t TimeOrder::behind(std::uint32_t tick) {
  return nearest(tick, tick + 1, 1);
}

std::uint32_t TimeOrder::nearest(std::uint32_t tick, std::uint32_t but, int step) {
  const std::vector<Tick>& ticks = clock_.ticks;
  if (by_time_.empty()) {
    by_time_.resize(ticks.size());
    std::iota(by_time_.begin(), by_time_.end(), 0U);
    std::ranges::stable_sort(by_time_, {}, [&](std::uint32_t i) { return ticks[i].time; });
  }
  // from the far end of the ticks of its own time
  const auto time = [&](std::uint32_t i) { return ticks[i].time; };
  const Timestamp own = ticks[tick].time;
  auto at = (step < 0 ? std::ranges::upper_bound(by_time_, own, {}, time) - 1
                      : std::ranges::lower_bound(by_time_, own, {}, time)) -
            by_time_.begin();
  std::uint32_t best = kNoTick;
  for (; at >= 0 && at < static_cast<std::ptrdiff_t>(by_time_.size()); at += step) {
    const std::uint32_t other = by_time_[static_cast<std::size_t>(at)];
    if (other == tick || other == but) continue;
    if (best != kNoTick && ticks[other].time != ticks[best].time) break;
    const auto apart = [&](std::uint32_t i) {
      return std::abs(std::int64_t{ticks[i].pid} - ticks[tick].pid);
    };
    if (best == kNoTick || apart(other) < apart(best)) best = other;
  }
  return best;
}

}  // namespace pidometer
