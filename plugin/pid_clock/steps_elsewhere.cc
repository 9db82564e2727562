#include "plugin/pid_clock/steps_elsewhere.h"

#include <utility>

#include "plugin/pid_clock/usual_steps.h"

namespace pidometer {
StepsElsewhere::StepsElsewhere(const std::vector<Tick>& ticks) {
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i)
    if (ticks[i + 1].pid < ticks[i].pid) rises_.try_emplace(interval_key(ticks[i], ticks[i + 1]));
  if (rises_.empty()) return;
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    const Tick& b = ticks[i + 1];
    if (b.pid <= ticks[i].pid || b.after_startup || b.lost_before == Loss::damaged) continue;
    const auto place = rises_.find(interval_key(ticks[i], b));
    if (place == rises_.end()) continue;
    Rises& rises = place->second;
    std::int64_t rise = static_cast<std::int64_t>(b.pid) - ticks[i].pid;
    if (rise > rises.largest) std::swap(rise, rises.largest);
    if (rise > rises.second) rises.second = rise;
  }
}

std::int64_t StepsElsewhere::after(const Tick& a, const Tick& b) const {
  const auto place = rises_.find(interval_key(a, b));
  return place == rises_.end() ? 0 : place->second.second;
}

}  // namespace pidometer
