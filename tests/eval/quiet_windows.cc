#include "tests/eval/quiet_windows.h"

#include <algorithm>

#include "plugin/anomaly/explanations.h"

namespace pidometer::testing {
namespace {

// What no table shows need not be looked at more closely.
constexpr double kLeastScore = kTableScores.front();

}  // namespace

void tally(const PidClock& clock, const Baseline& baseline, const std::vector<Disturbed>& disturbed,
           std::array<WidthTally, kTableWidths.size()>& all) {
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  const std::size_t n = clock.ticks.size();
  // of the intervals before i, those that count; a window counts where all of its intervals do
  std::vector<std::uint32_t> counted(n + 1, 0);
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const bool quiet = std::ranges::none_of(disturbed, [&](const Disturbed& d) {
      return clock.ticks[i].time <= d.end && clock.ticks[i + 1].time >= d.start;
    });
    counted[i + 1] =
        counted[i] + (quiet && clock.intervals[i].state == IntervalState::judged ? 1 : 0);
  }
  const double seconds = scan.days() * 86400 / static_cast<double>(std::max<std::size_t>(n, 1));
  for (std::size_t w = 0; w < kTableWidths.size(); ++w) {
    const std::uint32_t width = kTableWidths[w];
    if (width > 16 && seconds * width > 7200) continue;  // no such windows are looked at
    WidthTally& tally = all[w];
    std::array<std::size_t, kTableScores.size()> free_from{};
    std::size_t side_from = 0;
    for (std::uint32_t begin = 0; begin + width < n; ++begin) {
      if (counted[begin + width] - counted[begin] < width) continue;
      Window window = scan.measure(begin, begin + width);
      window.score = window.excess > 0 ? scan.score(window) : 0;
      if (window.score >= kLeastScore) window.score = explanations.explained(window);
      const bool side = begin >= side_from;
      if (side) {
        side_from = begin + width;
        tally.windows += 1;
      }
      for (std::size_t s = 0; s < kTableScores.size(); ++s) {
        if (window.score < kTableScores[s]) break;
        if (side) tally.side[s] += 1;
        if (begin < free_from[s]) continue;
        tally.chosen[s] += 1;
        free_from[s] = begin + width;
      }
    }
  }
}

}  // namespace pidometer::testing
