#include "plugin/anomaly/window_picks.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace pidometer {
namespace {

// A single interval that is so surprising is a finding of its own, whatever stands beside it.
constexpr double kStrongSingle = 6;

// The stretch that is shown: where more than half of the excess is, the activity was.
constexpr double kStretchShare = 0.55;

Window shortest_stretch(const WindowScan& scan, const Window& window) {
  const double enough = kStretchShare * window.excess;
  Window best = window;
  for (std::uint32_t width = 1; width < window.width(); ++width) {
    bool found = false;
    for (std::uint32_t begin = window.begin; begin + width <= window.end; ++begin) {
      const Window part = scan.measure(begin, begin + width);
      if (part.excess < enough || (found && part.excess <= best.excess)) continue;
      best = part;
      found = true;
    }
    if (found) break;
  }
  best.score = window.score;
  return best;
}

}  // namespace

std::vector<Pick> pick_windows(const WindowScan& scan, std::vector<Window> candidates,
                               std::size_t intervals) {
  std::ranges::sort(candidates, [](const Window& a, const Window& b) {
    const auto rank = [](const Window& w) {
      const bool strong = w.width() == 1 && w.score >= kStrongSingle;
      return std::tuple(!strong, -w.score, w.width(), w.begin);
    };
    return rank(a) < rank(b);
  });
  std::vector<bool> taken(intervals, false);
  std::vector<Pick> picks;
  for (const Window& window : candidates) {
    bool free = true;
    for (std::uint32_t i = window.begin; i < window.end && free; ++i) free = !taken[i];
    if (!free) continue;
    const Pick pick{window, shortest_stretch(scan, window)};
    if (std::lround(pick.stretch.excess) < 1) continue;
    for (std::uint32_t i = window.begin; i < window.end; ++i) taken[i] = true;
    picks.push_back(pick);
  }
  std::ranges::sort(picks, {}, [](const Pick& p) { return p.stretch.begin; });
  return picks;
}

}  // namespace pidometer
