#include "plugin/anomaly/gap_causes.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pidometer {
namespace {

// A job that cron runs takes two PIDs at least: cron's child, and the job.
constexpr double kLeastJobPids = 2;

// Two ways to have been are told apart where they lie so many standard deviations apart.
constexpr double kTellsApart = 4;

// What goes on beside the jobs is known to so large a share of itself: hosts' days differ.
constexpr double kRateShare = 0.1;

// The share of what the jobs cost from which on they are taken to have run.
constexpr double kRanShare = 0.5;

constexpr std::size_t kNearestLike = 500;  // intervals looked through for one like another

double seconds_between(const Tick& a, const Tick& b) {
  return std::chrono::duration<double>(b.time - a.time).count();
}

class GapJudge {
 public:
  GapJudge(const PidClock& clock, const Baseline& baseline) : clock_(clock), baseline_(baseline) {}

  GapVerdict judge(const TickGap& gap) const {
    GapVerdict verdict;
    verdict.gap = &gap;
    const Interval& interval = clock_.intervals[gap.tick];
    const Tick& last = clock_.ticks[gap.tick];
    const Tick& next = clock_.ticks[gap.tick + 1];
    verdict.seconds = seconds_between(last, next);
    if (gap.own_reference != kNoTick) verdict.usual_seconds = interval_seconds(gap.own_reference);
    add_costs(gap, verdict);
    verdict.beyond_restart = interval.state == IntervalState::hole && interval.restarted &&
                             is_beyond_restart(interval, verdict);
    verdict.beyond_rate =
        baseline_.background_per_second * std::max(0.0, verdict.seconds - verdict.usual_seconds);
    verdict.spent =
        static_cast<double>(interval.advance) - (verdict.background - verdict.beyond_rate);
    verdict.clear = kTellsApart * std::hypot(verdict.noise, kRateShare * verdict.beyond_rate);
    verdict.cause = cause_of(interval, last, next, verdict);
    if (interval.state == IntervalState::hole || interval.state == IntervalState::judged)
      verdict.observed = interval.advance;
    return verdict;
  }

 private:
  double interval_seconds(std::uint32_t tick) const {
    return std::max(0, clock_.intervals[tick].seconds);
  }

  bool judged(std::uint32_t tick) const {
    return clock_.intervals[tick].state == IntervalState::judged;
  }

  // What the tick's interval costs beyond the background.
  double job_cost(std::uint32_t tick) const {
    const double least = kLeastJobPids * clock_.ticks[tick].jobs;
    if (!judged(tick)) return least;
    const double background = baseline_.background_per_second * interval_seconds(tick);
    return std::max(least, static_cast<double>(baseline_.expected[tick].mean) - background);
  }

  double variance(std::uint32_t tick) const {
    if (!judged(tick)) return clock_.ticks[tick].jobs;
    // a level that is not known within the gap is part of its noise
    return static_cast<double>(baseline_.expected[tick].variance);
  }

  void add_costs(const TickGap& gap, GapVerdict& verdict) const {
    const double background = baseline_.background_per_second * verdict.seconds;
    const double own = gap.own_reference != kNoTick ? job_cost(gap.own_reference)
                                                    : kLeastJobPids * clock_.ticks[gap.tick].jobs;
    double jobs = 0;
    double square = gap.own_reference != kNoTick ? variance(gap.own_reference) : own;
    std::uint64_t records = 0;
    for (const std::uint32_t tick : gap.references) {
      jobs += job_cost(tick);
      square += variance(tick);
      records += clock_.ticks[tick].jobs;
    }
    const double more = gap.references.empty() ? 0
                                               : static_cast<double>(gap.missing) /
                                                     static_cast<double>(gap.references.size());
    verdict.missing_records = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(records) * std::max(1.0, more)));
    verdict.own = own;
    verdict.jobs = jobs * more;
    verdict.background = own + background;
    verdict.scheduled = verdict.background + jobs * more;
    verdict.noise = std::sqrt(square * std::max(1.0, more));
  }

  // cron may have been stopped, and started behind the gap: then the jobs did not run.
  bool is_beyond_restart(const Interval& interval, const GapVerdict& verdict) const {
    const double more =
        static_cast<double>(interval.advance) - verdict.scheduled - kDaemonStartPids;
    const double noise = std::hypot(verdict.noise, kRateShare * verdict.background);
    return !interval.may_be_boot && more > kTellsApart * std::max(1.0, noise);
  }

  GapCause cause_of(const Interval& interval, const Tick& last, const Tick& next,
                    const GapVerdict& verdict) const {
    if (next.lost_before != Loss::none || last.lost_before == Loss::damaged)
      return GapCause::evidence_damaged;
    switch (interval.state) {
      case IntervalState::boot:
        return GapCause::system_down;
      case IntervalState::hole:
      case IntervalState::judged:
      case IntervalState::daemon_restart:
        break;
      default:
        return GapCause::unknown;
    }
    if (verdict.beyond_restart) return GapCause::unknown;
    if (interval.state == IntervalState::daemon_restart || interval.restarted)
      return GapCause::cron_stopped;
    // beyond what the last tick costs by itself: the background's PIDs, and the missing jobs'
    const double jobs = verdict.scheduled - verdict.background;
    const double background = verdict.beyond_rate;
    const double spent = verdict.spent;
    const double clear = verdict.clear;
    if (background + jobs < clear) return GapCause::unknown;
    if (jobs < clear)
      return spent > kRanShare * (background + jobs) ? GapCause::unknown
                                                     : GapCause::suspended_or_clock_set;
    if (spent > background + kRanShare * jobs) return GapCause::records_removed;
    if (background >= clear && spent > kRanShare * background) return GapCause::cron_stopped;
    return GapCause::suspended_or_clock_set;
  }

  const PidClock& clock_;
  const Baseline& baseline_;
};

}  // namespace

std::vector<GapVerdict> judge_gaps(const PidClock& clock, const Baseline& baseline,
                                   const std::vector<EditedTime>& edited) {
  const GapJudge judge(clock, baseline);
  std::vector<GapVerdict> verdicts;
  verdicts.reserve(clock.gaps.size());
  const auto is_edited = [&](std::uint32_t tick) {
    return std::ranges::binary_search(edited, tick, {}, &EditedTime::tick);
  };
  for (const TickGap& gap : clock.gaps)
    if (!is_edited(gap.tick) && !is_edited(gap.tick + 1)) verdicts.push_back(judge.judge(gap));
  return verdicts;
}

double step_back_seconds(const PidClock& clock, std::uint32_t interval) {
  const Tick& tick = clock.ticks[interval];
  double usual = 0;
  for (std::size_t k = 1; k <= kNearestLike && k <= interval; ++k) {
    const auto at = static_cast<std::uint32_t>(interval - k);
    if (clock.ticks[at].items != tick.items || clock.intervals[at].state != IntervalState::judged)
      continue;
    usual = clock.intervals[at].seconds;
    break;
  }
  return seconds_between(tick, clock.ticks[interval + 1]) - usual;
}

std::vector<std::uint32_t> steps_back_of(const PidClock& clock,
                                         const std::vector<GapVerdict>& gaps) {
  // A clock that was set wrong is set right within days; the step back is known to within the
  // distance of two ticks.
  constexpr double kLongestSeconds = 7 * 86400.0;
  constexpr double kShare = 0.2;
  constexpr double kSlack = 900;
  std::vector<std::uint32_t> steps(gaps.size(), kNoTick);
  std::vector<std::uint32_t> back;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i)
    if (clock.intervals[i].state == IntervalState::clock_step) back.push_back(i);
  for (std::size_t g = 0; g < gaps.size(); ++g) {
    if (gaps[g].cause != GapCause::suspended_or_clock_set) continue;
    const double forward = gaps[g].seconds - gaps[g].usual_seconds;
    const auto next = std::ranges::upper_bound(back, gaps[g].gap->tick);
    if (next == back.end()) continue;
    const double apart = seconds_between(clock.ticks[gaps[g].gap->tick], clock.ticks[*next]);
    const double size = -step_back_seconds(clock, *next);
    if (apart <= kLongestSeconds && std::abs(size - forward) <= kShare * forward + kSlack)
      steps[g] = *next;
  }
  return steps;
}

}  // namespace pidometer
