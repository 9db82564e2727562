#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer::testing {

/// Widths that the calibration looks at.
inline constexpr std::array<std::uint32_t, 6> kTableWidths = {1, 2, 4, 8, 16, 24};
/// Scores whose rate is counted.
inline constexpr std::array<double, 4> kTableScores = {1, 2, 3, 4};

/// What windows of one width of a log score.
struct WidthTally {
  double windows = 0;                                ///< side by side, that is, not overlapping
  std::array<double, kTableScores.size()> side{};    ///< of those with at least that score
  std::array<double, kTableScores.size()> chosen{};  ///< of all, the best of those that overlap
};

/// Stretches of time that do not count, in no order: what is known not to be quiet.
struct Disturbed {
  Timestamp start;
  Timestamp end;
};

/// Adds the windows of a log to `all`, by kTableWidths. A window that meets `disturbed` is left
/// out.
void tally(const PidClock& clock, const Baseline& baseline, const std::vector<Disturbed>& disturbed,
           std::array<WidthTally, kTableWidths.size()>& all);

}  // namespace pidometer::testing
