#include "plugin/known/known_windows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

namespace pidometer {
namespace {

Level one_lower(Level level) {
  return level == Level::informational ? level
                                       : static_cast<Level>(static_cast<std::uint8_t>(level) - 1);
}

/// The windows that are about one host, by their begin: what holds a stretch of time, or touches
/// it, is found without looking at all of them.
class HostWindows {
 public:
  HostWindows(const KnownWindows& windows, const std::vector<std::string>& names) {
    for (const auto& window : windows)
      if (window->hostname.empty() || std::ranges::find(names, window->hostname) != names.end())
        windows_.push_back(window);
    std::ranges::stable_sort(windows_, {}, [](const auto& one) { return one->range.begin; });
    for (std::size_t i = 0; i < windows_.size(); ++i)
      latest_.push_back(i == 0 || windows_[latest_.back()]->range.end < windows_[i]->range.end
                            ? i
                            : latest_.back());
  }

  /// Those that hold a stretch of time together, as few as possible, in order; none where some of
  /// it lies in no window.
  KnownWindows holding(const TimeRange& range) const {
    KnownWindows chain;
    Timestamp covered = range.begin;
    do {
      const auto next = last_to_end(covered);
      // One that only begins where the stretch does holds none of it.
      if (next == nullptr || next->range.end < range.begin) return {};
      if (!chain.empty() && next->range.end <= covered) return {};
      chain.push_back(next);
      covered = next->range.end;
    } while (covered < range.end);
    return chain;
  }

  /// Those that reach into a stretch of time, by their begin.
  KnownWindows touching(const TimeRange& range) const {
    const auto begin = [](const auto& one) { return one->range.begin; };
    auto at = std::ranges::lower_bound(windows_, range.end, {}, begin) - windows_.begin();
    KnownWindows found;
    // none of those up to one ends later than the latest of them
    for (; at > 0; --at) {
      const auto place = static_cast<std::size_t>(at - 1);
      if (windows_[latest_[place]]->range.end <= range.begin) break;
      if (windows_[place]->range.end > range.begin) found.push_back(windows_[place]);
    }
    std::ranges::reverse(found);
    return found;
  }

 private:
  /// Of the windows that begin before a time or at it, the one that ends last.
  std::shared_ptr<const KnownWindow> last_to_end(Timestamp time) const {
    const auto begin = [](const auto& one) { return one->range.begin; };
    const auto end = std::ranges::upper_bound(windows_, time, {}, begin);
    if (end == windows_.begin()) return nullptr;
    return windows_[latest_[static_cast<std::size_t>(end - windows_.begin()) - 1]];
  }

  KnownWindows windows_;
  std::vector<std::size_t> latest_;  ///< of the windows up to each one, the one that ends last
};

/// Several windows as one, with the reason of each.
std::shared_ptr<const KnownWindow> joined(const KnownWindows& chain) {
  if (chain.size() == 1) return chain.front();
  auto all = std::make_shared<KnownWindow>(*chain.front());
  for (const auto& window : chain) all->range.end = std::max(all->range.end, window->range.end);
  std::set<std::string_view> told{chain.front()->reason};
  for (const auto& window : chain)
    if (told.insert(window->reason).second) all->reason += "; " + window->reason;
  return all;
}

void mark(const HostWindows& windows, Anomaly& anomaly) {
  const TimeRange range{anomaly.window_start, anomaly.window_end};
  if (const KnownWindows chain = windows.holding(range); !chain.empty()) {
    anomaly.known = joined(chain);
    anomaly.known_inside = true;
    return;
  }
  if (const KnownWindows beside = windows.touching(range); !beside.empty())
    anomaly.known = joined(beside);
}

}  // namespace

void mark_known(const KnownWindows& windows, const std::vector<std::string>& names,
                std::vector<Anomaly>& anomalies) {
  if (windows.empty()) return;
  const HostWindows of_host(windows, names);
  std::map<std::uint32_t, Level> levels;  // of the findings of each activity
  for (Anomaly& anomaly : anomalies) {
    mark(of_host, anomaly);
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
