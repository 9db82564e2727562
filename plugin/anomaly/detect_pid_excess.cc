#include <algorithm>
#include <utility>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/job_habit.h"
#include "plugin/anomaly/job_spill.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/window_picks.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {

// Rule: the sum of observed minus expected PIDs over one interval, or over a window of several, is
// more than chance and the background of this host make it.
std::vector<Anomaly> detect_pid_excess(const PidClock& clock, const Baseline& baseline) {
  const WindowScan scan(clock, baseline);
  std::vector<Window> candidates = scan.candidates();
  if (candidates.empty()) return {};
  const JobSpill spill(clock, scan);
  JobHabit habit(clock, baseline, scan);
  for (Window& window : candidates)
    window.score = std::min(spill.explained(window), habit.explained(window));
  // an excess that a job's habit explains is still irregular where the cost is always the same
  std::erase_if(candidates, [&](const Window& w) {
    const Comparable& c = baseline.comparables[baseline.expected[w.begin].comparable];
    return !scan.listed(w) && !(w.width() == 1 && c.constant);
  });
  std::vector<Anomaly> found;
  for (const Pick& pick : pick_windows(scan, std::move(candidates), clock.intervals.size()))
    found.push_back(pid_finding(clock, baseline, scan, pick.stretch, AnomalyKind::pid_excess));
  return found;
}

}  // namespace pidometer
