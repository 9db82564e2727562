#include <algorithm>
#include <utility>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/tick_finding.h"

namespace pidometer {
namespace {

Anomaly step_at(const PidClock& clock, std::uint32_t interval, double seconds) {
  Anomaly a = finding_between(clock, AnomalyKind::clock_step, interval, interval + 1);
  // the counter went on: the host's clock was set, by a person, or by NTP after a boot
  a.level = Level::low;
  if (a.window_end < a.window_start) std::swap(a.window_start, a.window_end);
  a.observed_pids = clock.intervals[interval].advance;
  a.step_seconds = seconds;
  return a;
}

}  // namespace

// Rule: the time runs backwards while the PIDs go on, and what follows stays there (else one line's
// time was edited); or records are missing with their PIDs, and the clock is set back by as much
// later. A step forward alone cannot be told from a host that was suspended: that is a record_gap.
std::vector<Anomaly> detect_clock_step(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> found;
  std::size_t listed = 0;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::clock_step) continue;
    if (std::ranges::binary_search(input.edited, i, {}, &EditedTime::interval)) continue;
    // of a log whose times go up and down throughout the first ones are enough
    if (++listed > kListedSteps) break;
    found.push_back(step_at(clock, i, step_back_seconds(clock, i)));
  }
  const std::vector<GapVerdict>& gaps = input.gaps;
  for (std::size_t g = 0; g < gaps.size(); ++g)
    if (input.steps[g] != kNoTick)
      found.push_back(
          step_at(clock, gaps[g].gap->tick, gaps[g].cost.seconds - gaps[g].cost.usual_seconds));
  return found;
}

}  // namespace pidometer
