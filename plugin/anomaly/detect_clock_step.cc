#include <algorithm>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/edited_times.h"
#include "plugin/anomaly/gap_causes.h"

namespace pidometer {
namespace {

Anomaly step_at(const PidClock& clock, std::uint32_t interval, double seconds) {
  const Tick& first = clock.ticks[interval];
  const Tick& last = clock.ticks[interval + 1];
  Anomaly a;
  a.kind = AnomalyKind::clock_step;
  // the counter went on: the host's clock was set, by a person, or by NTP after a boot
  a.level = Level::low;
  a.window_start = std::min(first.time, last.time);
  a.window_end = std::max(first.time, last.time);
  a.first_record = first.record;
  a.last_record = last.record;
  a.first_pid = first.pid;
  a.last_pid = last.pid;
  a.boot_session = clock.sessions[session_of(clock, interval)].number;
  a.observed_pids = clock.intervals[interval].advance;
  a.step_seconds = seconds;
  return a;
}

}  // namespace

// Rule: the time runs backwards while the PIDs go on, and what follows stays there (else one line's
// time was edited); or records are missing with their PIDs, and the clock is set back by as much
// later. A step forward alone cannot be told from a host that was suspended: that is a record_gap.
std::vector<Anomaly> detect_clock_step(const PidClock& clock, const Baseline& baseline) {
  std::vector<Anomaly> found;
  const std::vector<EditedTime> edited = find_edited_times(clock);
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::clock_step) continue;
    if (std::ranges::binary_search(edited, i, {}, &EditedTime::interval)) continue;
    found.push_back(step_at(clock, i, step_back_seconds(clock, i)));
  }
  const std::vector<GapVerdict> gaps = judge_gaps(clock, baseline);
  const std::vector<std::uint32_t> steps = steps_back_of(clock, gaps);
  for (std::size_t g = 0; g < gaps.size(); ++g)
    if (steps[g] != kNoTick)
      found.push_back(step_at(clock, gaps[g].gap->tick, gaps[g].seconds - gaps[g].usual_seconds));
  return found;
}

}  // namespace pidometer
