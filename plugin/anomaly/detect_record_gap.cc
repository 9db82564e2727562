#include <algorithm>
#include <cmath>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/gap_causes.h"

namespace pidometer {
namespace {

// Removed lines are an accusation: one missing tick may be a job that was commented out for an hour
// while something else ran; two or more whose PIDs were spent to the full are not.
constexpr std::uint64_t kFewTicks = 2;

// The PIDs agree with the schedule within so many standard deviations: then the jobs ran, and
// nothing else need be assumed.
constexpr double kAgrees = 3;

Level level_of(const GapVerdict& verdict) {
  switch (verdict.cause) {
    case GapCause::records_removed: {
      const double off = static_cast<double>(verdict.observed) - verdict.scheduled;
      const bool agrees = off > -kAgrees * std::max(1.0, verdict.noise);
      if (verdict.gap->missing < kFewTicks || !agrees) return Level::low;
      return verdict.gap->missing > kFewTicks ? Level::high : Level::medium;
    }
    case GapCause::cron_stopped:
    case GapCause::suspended_or_clock_set:
    case GapCause::rotation_missing:
    case GapCause::unknown:
      return Level::low;
    case GapCause::system_down:
    case GapCause::evidence_damaged:
      return Level::informational;
  }
  return Level::informational;
}

}  // namespace

// Rule: minutes that the schedule has, by the hours and days before and behind, have no record.
std::vector<Anomaly> detect_record_gap(const PidClock& clock, const Baseline& baseline) {
  std::vector<Anomaly> found;
  const std::vector<GapVerdict> gaps = judge_gaps(clock, baseline);
  const std::vector<std::uint32_t> steps = steps_back_of(clock, gaps);
  for (std::size_t g = 0; g < gaps.size(); ++g) {
    if (steps[g] != kNoTick) continue;  // a clock_step
    const GapVerdict& verdict = gaps[g];
    const Tick& last = clock.ticks[verdict.gap->tick];
    const Tick& next = clock.ticks[verdict.gap->tick + 1];
    Anomaly a;
    a.kind = AnomalyKind::record_gap;
    a.cause = verdict.cause;
    a.level = level_of(verdict);
    a.window_start = last.time;
    a.window_end = next.time;
    a.first_record = last.record;
    a.last_record = next.record;
    a.first_pid = last.pid;
    a.last_pid = next.pid;
    a.boot_session = clock.sessions[session_of(clock, verdict.gap->tick)].number;
    a.wraps_assumed = clock.intervals[verdict.gap->tick].wraps;
    a.observed_pids = verdict.observed;
    a.expected_pids = verdict.scheduled;
    a.background_pids = verdict.background;
    a.noise_pids = verdict.noise;
    a.missing_records = verdict.missing_records;
    found.push_back(std::move(a));
  }
  return found;
}

}  // namespace pidometer
