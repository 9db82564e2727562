#include "plugin/known/known_windows.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace pidometer {
namespace {

Level one_lower(Level level) {
  return level == Level::informational ? level
                                       : static_cast<Level>(static_cast<std::uint8_t>(level) - 1);
}

bool inside(const Anomaly& anomaly, const KnownWindow& window) {
  return window.range.begin <= anomaly.window_start && anomaly.window_end <= window.range.end;
}

bool touches(const Anomaly& anomaly, const KnownWindow& window) {
  return window.range.begin < anomaly.window_end && anomaly.window_start < window.range.end;
}

/// A window that holds the finding, or else the first that it touches.
void mark(const KnownWindows& windows, const std::string& hostname, Anomaly& anomaly) {
  for (const auto& window : windows) {
    if (!window->hostname.empty() && window->hostname != hostname) continue;
    if (inside(anomaly, *window)) {
      anomaly.known = window;
      anomaly.known_inside = true;
      return;
    }
    if (!anomaly.known && touches(anomaly, *window)) anomaly.known = window;
  }
}

}  // namespace

void mark_known(const KnownWindows& windows, const std::string& hostname,
                std::vector<Anomaly>& anomalies) {
  if (windows.empty()) return;
  std::map<std::uint32_t, Level> levels;  // of the findings of each activity
  for (Anomaly& anomaly : anomalies) {
    mark(windows, hostname, anomaly);
    if (anomaly.kind == AnomalyKind::activity) continue;
    if (anomaly.known_inside) anomaly.level = one_lower(anomaly.level);
    if (anomaly.activity == 0) continue;
    const auto [known, added] = levels.try_emplace(anomaly.activity, anomaly.level);
    if (!added) known->second = std::max(known->second, anomaly.level);
  }
  for (Anomaly& anomaly : anomalies)
    if (anomaly.kind == AnomalyKind::activity)
      if (const auto parts = levels.find(anomaly.activity); parts != levels.end())
        anomaly.level = std::min(anomaly.level, parts->second);
}

}  // namespace pidometer
