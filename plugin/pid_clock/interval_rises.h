#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Intervals that the same jobs start and that are as long, to half a minute (lines are late under
/// load), have one key.
inline std::uint64_t interval_key(const Tick& a, const Tick& b) {
  constexpr std::int64_t kHalfMinute = 30;
  const std::int64_t length = (whole_seconds(a, b) + kHalfMinute / 2) / kHalfMinute;
  return (std::uint64_t{a.items} << 32U) | static_cast<std::uint32_t>(length);
}

/// Calls use(key, PIDs) of each interval over which the PIDs rise, with no start of a daemon in it
/// and nothing lost.
template <typename Use>
void for_each_rise(const std::vector<Tick>& ticks, Use use) {
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    const Tick& b = ticks[i + 1];
    if (b.pid <= ticks[i].pid || b.after_startup || b.lost_before == Loss::damaged) continue;
    use(interval_key(ticks[i], b), static_cast<std::int64_t>(b.pid) - ticks[i].pid);
  }
}

}  // namespace pidometer
