#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/anomaly/absent_lines.h"
#include "plugin/anomaly/burst_chance.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/tick_finding.h"

namespace pidometer {
namespace {

// Removed lines are an accusation: one missing tick may be a job that was commented out for an hour
// while something else ran; two or more whose PIDs were spent to the full are not.
constexpr std::uint64_t kFewTicks = 2;

// The PIDs agree with the schedule within so many standard deviations: then the jobs ran, and
// nothing else need be assumed.
constexpr double kAgrees = 3;

// Lines behind a gap of which it is asked whether they are its own: of ten minutes. More are there
// only where the clock goes back again and again.
constexpr std::ptrdiff_t kMostLate = 1000;

/// Lines of a gap that stand behind it: their PIDs lie in it, and its last record is no more than
/// ten minutes older. Under load the syslog daemon writes what cron said minutes later.
std::uint64_t late_lines(const PidClock& clock, const TickGap& gap) {
  const Tick& first = clock.ticks[gap.tick];
  const Tick& next = clock.ticks[gap.tick + 1];
  std::uint64_t lines = 0;
  auto late = std::ranges::upper_bound(clock.foreign, next.record, {}, &ForeignReading::record);
  const auto end = late + std::min(kMostLate, clock.foreign.end() - late);
  for (; late != end && late->time - next.time <= kLatestLine; ++late)
    if (!late->misplaced && late->time >= next.time && late->pid > first.pid &&
        late->pid < next.pid)
      lines += late->jobs;
  return lines;
}

/// `missing`: ticks whose lines are nowhere.
Level gap_level(const GapVerdict& verdict, std::uint64_t missing) {
  if (verdict.gap->missing == 0) return Level::informational;
  switch (verdict.cause) {
    case GapCause::records_removed: {
      const double off = static_cast<double>(verdict.observed) - verdict.scheduled;
      const bool agrees = off > -kAgrees * std::max(1.0, verdict.noise);
      if (missing < kFewTicks || !agrees) return Level::low;
      return missing > kFewTicks && verdict.burst_chance <= kSmallBurstChance ? Level::high
                                                                              : Level::medium;
    }
    case GapCause::cron_stopped:
    case GapCause::suspended_or_clock_set:
    case GapCause::rotation_missing:
      return Level::low;
    case GapCause::unknown:
      if (verdict.wrap.excess > 0)  // as the row of the boot
        return verdict.wrap.shortly_before ? Level::low : Level::informational;
      // whoever forges a start of the daemon does not hide what he did
      return verdict.beyond_restart ? Level::medium : Level::low;
    case GapCause::system_down:
    case GapCause::evidence_damaged:
      return Level::informational;
  }
  return Level::informational;
}

// The tick at its end.
std::uint32_t behind(const TickGap& gap) {
  return (gap.also == kNoTick ? gap.tick : gap.also) + 1;
}

// How few lines are missing, and why, does not matter: whoever removes one record beside his work
// must not turn an alarm into a gap.
void add_surplus(const GapVerdict& verdict, const WindowScan& scan, Anomaly& gap) {
  const Level level = level_of(verdict.surplus_score, scan.looks(), scan.days());
  if (level == Level::informational) return;
  gap.excess_pids = std::llround(verdict.surplus);
  gap.intervals = behind(*verdict.gap) - verdict.gap->tick;
  gap.window_first_tick = verdict.gap->tick;
  gap.window_last_tick = behind(*verdict.gap);
  gap.window_excess = verdict.surplus;
  gap.window_variance = verdict.cost.variance;
  gap.window_few = verdict.cost.few;
  gap.window_degrees = verdict.cost.degrees;
  gap.score = verdict.surplus_score;
  gap.score_log = score_over_looks(verdict.surplus_score, scan.looks()) + 0.0;  // no minus zero
  gap.may_be_boot = verdict.may_be_boot;
  const Level most = verdict.may_be_boot                       ? Level::low
                     : gap.cause == GapCause::evidence_damaged ? kMostBesideDamage
                                                               : Level::critical;
  gap.surplus_level = std::min(level, most);
  gap.level = std::max(gap.level, gap.surplus_level);
}

// A job that ran nowhere else may have cost all that was handed out.
void bound_by_unknown_job(const GapVerdict& verdict, Anomaly& gap) {
  if (!verdict.cost.unknown_job || gap.level <= Level::low) return;
  if (gap.surplus_level > Level::low) gap.level_bound = LevelBound::unknown_job;
  gap.level = Level::low;
}

// A job may be silent across a clock that was set back.
Anomaly gap_between(const PidClock& clock, std::uint32_t first_tick, std::uint32_t next_tick) {
  Anomaly a = finding_between(clock, AnomalyKind::record_gap, first_tick, next_tick);
  a.window_end = std::max(a.window_start, a.window_end);
  return a;
}

// Where the times do not tell how long an interval was: its PIDs alone, where they are an excess.
void add_untimed(const DetectorInput& input, const GapVerdict& verdict,
                 std::vector<Anomaly>& found) {
  const TickGap& gap = *verdict.gap;
  Anomaly a = finding_between(input.clock, AnomalyKind::record_gap, gap.tick, behind(gap));
  if (a.window_end < a.window_start) std::swap(a.window_start, a.window_end);
  a.observed_pids = verdict.observed;
  a.expected_pids = verdict.scheduled;
  a.background_pids = verdict.background;
  a.noise_pids = verdict.noise;
  a.assumed_seconds = *gap.seconds;
  a.time_edited = gap.also != kNoTick;
  add_surplus(verdict, input.scan, a);
  if (a.excess_pids == 0) return;
  if (verdict.out_of_order && a.level >= Level::medium) {
    a.level_bound = LevelBound::out_of_order;
    a.level = Level::low;
  }
  found.push_back(std::move(a));
}

// One job's lines are gone and its PIDs are not. A job that does not come back may have been handed
// to another scheduler that runs it at the same minutes.
Anomaly silence_of(const PidClock& clock, const SilentJob& job) {
  Anomaly a = gap_between(clock, job.last_tick, job.next_tick);
  a.cause = GapCause::records_removed;
  a.level = job.comes_back && !job.doubtful ? Level::medium : Level::low;
  a.one_job = true;
  a.labels = {job.label};
  a.missing_records = job.missing;
  a.observed_pids = std::llround(job.observed);
  a.expected_pids = job.with_job;
  a.background_pids = job.without_job;
  a.noise_pids = job.noise;
  return a;
}

// One line is an accusation as little as one missing tick is, and of some in a row a job that was
// commented out for hours while something else ran looks the same.
Anomaly absent_lines_of(const PidClock& clock, const AbsentLines& lines) {
  Anomaly a = gap_between(clock, lines.first_tick, lines.last_tick + 1);
  a.cause = GapCause::records_removed;
  a.level = Level::low;
  a.one_job = true;
  a.labels = {lines.label};
  a.absent_seen = lines.seen;
  a.missing_records = lines.lines;
  a.observed_pids = lines.observed;
  a.expected_pids = lines.with_job;
  a.background_pids = lines.without_job;
  a.noise_pids = lines.noise;
  return a;
}

}  // namespace

// Rule: minutes that the schedule has, by the hours and days before and behind, have no record; or
// PIDs were handed out beyond all cost in an interval that cannot be compared with others, or of
// which nobody knows how long it was, because the clock was set in it or a time was edited; or
// one job's lines are missing for days while the PIDs around them are those of the days before; or
// single lines of a job are not in ticks where all others of their minute have it, and whose PIDs
// are those of such a tick with the job.
std::vector<Anomaly> detect_record_gap(const DetectorInput& input) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> found;
  for (std::size_t g = 0; g < input.gaps.size(); ++g) {
    if (input.steps[g] != kNoTick) continue;  // a clock_step
    const GapVerdict& verdict = input.gaps[g];
    Anomaly a = gap_between(clock, verdict.gap->tick, verdict.gap->tick + 1);
    a.cause = verdict.cause;
    const std::uint64_t late =
        verdict.gap->missing == 0 ? 0
                                  : std::min(late_lines(clock, *verdict.gap), verdict.cost.records);
    const bool all_late = late > 0 && late == verdict.cost.records;
    if (all_late) a.cause = GapCause::unknown;  // of the surplus: nothing is missing
    a.level = all_late
                  ? Level::informational
                  : gap_level(verdict, verdict.gap->missing - std::min(late, verdict.gap->missing));
    a.wraps_assumed = clock.intervals[verdict.gap->tick].wraps;
    a.observed_pids = verdict.observed;
    a.expected_pids = verdict.scheduled;
    a.background_pids = verdict.background;
    a.noise_pids = verdict.noise;
    a.missing_records = verdict.cost.records - late;
    a.restarted = verdict.beyond_restart;
    a.may_be_boot = verdict.may_be_boot;
    a.may_be_burst = verdict.may_be_burst;
    a.excess_if_wrapped = verdict.wrap.excess;
    add_surplus(verdict, input.scan, a);
    bound_by_unknown_job(verdict, a);
    if ((verdict.gap->missing == 0 || all_late) && a.excess_pids == 0) continue;
    found.push_back(std::move(a));
  }
  for (const GapVerdict& verdict : input.untimed.verdicts) add_untimed(input, verdict, found);
  for (const SilentJob& job : input.silent.jobs) found.push_back(silence_of(clock, job));
  for (const AbsentLines& lines :
       find_absent_lines(clock, input.baseline, input.scan, input.silent))
    found.push_back(absent_lines_of(clock, lines));
  return found;
}

}  // namespace pidometer
