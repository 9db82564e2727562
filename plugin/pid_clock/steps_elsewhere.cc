#include "plugin/pid_clock/steps_elsewhere.h"

#include <utility>

#include "plugin/pid_clock/interval_rises.h"

namespace pidometer {
StepsElsewhere::StepsElsewhere(const std::vector<Tick>& ticks) {
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i)
    if (ticks[i + 1].pid < ticks[i].pid) rises_.try_emplace(interval_key(ticks[i], ticks[i + 1]));
  if (rises_.empty()) return;
  for_each_rise(ticks, [this](std::uint64_t key, std::int64_t pids) {
    const auto place = rises_.find(key);
    if (place == rises_.end()) return;
    Rises& rises = place->second;
    if (pids > rises.largest) std::swap(pids, rises.largest);
    if (pids > rises.second) rises.second = pids;
  });
}

std::int64_t StepsElsewhere::after(const Tick& a, const Tick& b) const {
  const auto place = rises_.find(interval_key(a, b));
  return place == rises_.end() ? 0 : place->second.second;
}

}  // namespace pidometer
