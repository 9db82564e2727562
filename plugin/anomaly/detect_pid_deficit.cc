#include <algorithm>
#include <cmath>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {
namespace {

// So far below the mean no background is quiet by chance.
constexpr float kFarBelow = 12;

// A deficit where all others agree exactly must still be more than the background's own variation.
constexpr double kQuietDeviations = 4;

}  // namespace

// Rule: all comparable intervals cost exactly the same and this one less; or it lies twelve
// standard deviations below what is expected. Irregular, no alarm: nothing ran unseen.
std::vector<Anomaly> detect_pid_deficit(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  const Baseline& baseline = input.baseline;
  const WindowScan& scan = input.scan;
  std::vector<Anomaly> found;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    const Interval& interval = clock.intervals[i];
    if (interval.state != IntervalState::judged || interval.wraps > 0 || interval.repaired)
      continue;
    const Expectation& e = baseline.expected[i];
    if (static_cast<float>(interval.advance) >= e.mean - 0.5F) continue;
    const Comparable& c = baseline.comparables[e.comparable];
    if (!c.agree &&
        static_cast<float>(interval.advance) > e.mean - kFarBelow / 2 * std::sqrt(e.variance))
      continue;
    Window window = scan.measure(i, i + 1);
    if (std::lround(window.excess) >= 0) continue;
    const double noise =
        std::sqrt(baseline.variance_per_half_minute * std::max(1.0, interval.seconds / 30.0));
    const bool below_all = c.agree && -window.excess > kQuietDeviations * noise;
    const bool far_below = c.degrees == 0 && window.excess < -static_cast<double>(kFarBelow) *
                                                                 std::sqrt(window.variance);
    if (!below_all && !far_below) continue;
    const double deviations = -window.excess / std::sqrt(window.variance);
    window.score = surprise_of_t(deviations, c.degrees > 0 ? c.degrees : 30U);
    Anomaly a = pid_finding(clock, baseline, scan, window, AnomalyKind::pid_deficit);
    a.level = std::min(a.level, Level::low);
    found.push_back(a);
  }
  return found;
}

}  // namespace pidometer
