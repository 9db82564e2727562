#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/anomaly/absent_jobs.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/window_picks.h"
#include "plugin/anomaly/window_scan.h"

namespace pidometer {
namespace {

// What lies in the window beside its stretch belongs to the activity where it is more than the
// background's own variation by itself; the best of many windows reaches too far by chance.
constexpr double kBesideDeviations = 3;

// The PIDs of a job whose line is not there were handed out where no fewer were than with it, as
// far as that varies.
constexpr double kSpentDeviations = 2;

void tell_absent_jobs(const TicksAlike& alike, Anomaly& a, std::uint32_t tick) {
  if (a.intervals != 1) return;
  auto absent = alike.absent_from(tick);
  if (!absent || !absent->expected_known ||
      static_cast<double>(a.observed_pids) + kSpentDeviations * std::sqrt(absent->variance) <
          absent->expected)
    return;
  a.absent_labels = std::move(absent->labels);
  a.absent_seen = absent->seen;
  a.absent_expected = absent->expected;
}

Window worth_summing(const Pick& pick) {
  const double excess = pick.window.excess - pick.stretch.excess;
  const double variance = pick.window.variance - pick.stretch.variance;
  return excess > kBesideDeviations * std::sqrt(std::max(0.0, variance)) ? pick.window
                                                                         : pick.stretch;
}

}  // namespace

// Rule: the sum of observed minus expected PIDs over one interval, or over a window of several, is
// more than chance and the background of this host make it.
std::vector<Anomaly> detect_pid_excess(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  const Baseline& baseline = input.baseline;
  const WindowScan& scan = input.scan;
  std::vector<Window> candidates = scan.candidates();
  if (candidates.empty()) return {};
  for (Window& window : candidates) window.score = input.explanations.explained(window);
  // a job of which too little is known, or that runs at an odd minute, hides no alarm altogether
  const auto is_alarm = [&](double score) {
    return level_of(score, scan.looks(), scan.days()) >= Level::medium;
  };
  const auto bound_by_job = [&](const Window& window) {
    const bool unknown = scan.holds_unknown_job(window);
    const bool odd = input.explanations.behind_odd_run(window);
    if (!unknown && !odd) return LevelBound::none;
    Window known = window;
    known.score = unknown ? scan.score_if_known(window) : scan.score(window);
    if (!is_alarm(input.explanations.explained_without_odd(known))) return LevelBound::none;
    if (!odd) return LevelBound::unknown_job;
    // of the two it is the unknown one's where the other explains nothing
    const bool stands_in = input.explanations.holds_odd_run(window);
    return unknown && !stands_in && is_alarm(input.explanations.explained(known))
               ? LevelBound::unknown_job
               : LevelBound::odd_minute;
  };
  // an excess that a job's habit explains is still irregular where the cost is always the same
  std::erase_if(candidates, [&](const Window& w) {
    const Comparable& c = baseline.comparables[baseline.expected[w.begin].comparable];
    return !scan.listed(w) && !(w.width() == 1 && c.constant) &&
           bound_by_job(w) == LevelBound::none;
  });
  std::vector<Anomaly> found;
  const TicksAlike alike(clock, baseline);
  for (const Pick& pick : pick_windows(scan, std::move(candidates), clock.intervals.size())) {
    Anomaly a = pid_finding(clock, baseline, scan, pick.stretch, AnomalyKind::pid_excess);
    const Window whole = worth_summing(pick);
    a.window_first_tick = whole.begin;
    a.window_last_tick = whole.end;
    a.window_excess = whole.excess;
    const ExcessVariance variance = variance_of(scan, whole);
    a.window_variance = variance.all;
    a.window_few = variance.few;
    a.window_degrees = variance.degrees;
    a.scored_first_tick = pick.window.begin;
    a.scored_last_tick = pick.window.end;
    for (std::uint32_t i = pick.window.begin; i < pick.window.end; ++i) {
      a.restarted = a.restarted || clock.intervals[i].restarted;
      a.may_be_boot = a.may_be_boot || clock.intervals[i].may_be_boot;
    }
    if (a.level >= Level::medium)
      a.level_bound = input.explanations.bound(pick.window);
    else
      a.level_bound = bound_by_job(pick.window);
    if (a.level_bound != LevelBound::none) a.level = Level::low;
    if (a.may_be_boot) a.level = std::min(a.level, Level::low);
    tell_absent_jobs(alike, a, pick.stretch.begin);
    found.push_back(std::move(a));
  }
  return found;
}

}  // namespace pidometer
