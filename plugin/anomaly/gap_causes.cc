#include "plugin/anomaly/gap_causes.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "plugin/anomaly/burst_chance.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/time_order.h"
#include "plugin/anomaly/told_boots.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

// Two ways to have been are told apart where they lie so many standard deviations apart.
constexpr double kTellsApart = 4;

// The share of what the jobs cost from which on they are taken to have run.
constexpr double kRanShare = 0.5;

// Ticks may belong together that are no further apart than twice as long as usual, or than an hour,
// which hardly a schedule leaves out; and where the surplus is half gone then, and no alarm. With a
// counter of 32,768 PIDs two ticks of no relation look so about once in a hundred times.
constexpr double kFitTimes = 2;
constexpr double kFitSeconds = 3600;
constexpr double kFitShare = 0.5;

// Of how many boots no line is thought of, where three have theirs: one that leaves none would be a
// false word once in a hundred (detect_boot.cc).
constexpr std::size_t kNoUntoldBoot = 0;

class GapJudge {
 public:
  GapJudge(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
           Explanations& explanations)
      : clock_(clock),
        baseline_(baseline),
        scan_(scan),
        explanations_(explanations),
        costs_(clock, baseline, scan),
        order_(clock),
        boots_are_told_(boots_are_told(clock, kNoUntoldBoot)) {}

  GapVerdict judge(const TickGap& gap) {
    GapVerdict verdict;
    verdict.gap = &gap;
    const Interval& interval = clock_.intervals[gap.tick];
    verdict.cost = costs_.of(gap);
    verdict.scheduled = verdict.cost.scheduled();
    verdict.background = verdict.scheduled - verdict.cost.jobs;
    verdict.noise = std::sqrt(verdict.cost.variance);
    verdict.may_be_boot = interval.may_be_boot || may_be_boot(gap.tick, interval);
    verdict.beyond_restart = interval.state == IntervalState::hole && interval.restarted &&
                             is_beyond_restart(interval, verdict);
    verdict.beyond_rate = std::max(0.0, verdict.background - verdict.cost.first);
    verdict.spent = static_cast<double>(interval.advance) - verdict.cost.first;
    verdict.clear = kTellsApart * std::hypot(verdict.noise, kRateShare * verdict.beyond_rate);
    verdict.gone_on = went_on_from(verdict);
    if (interval.state == IntervalState::boot) verdict.wrap = wrap_instead_behind(clock_, gap.tick);
    verdict.burst_chance =
        burst_chance(verdict.spent, verdict.scheduled - verdict.cost.first, verdict.noise);
    verdict.cause = cause_of(interval, gap, verdict);
    // that the missing jobs ran, or other work, is no more than the one job may have cost
    if (verdict.cost.unknown_job && verdict.cause == GapCause::records_removed)
      verdict.cause = GapCause::unknown;
    // the jobs' PIDs and more were spent, but no more like theirs than other work's would be
    if (verdict.cause == GapCause::records_removed && verdict.burst_chance > kMostBurstChance) {
      verdict.cause = GapCause::unknown;
      verdict.may_be_burst = true;
    }
    if (interval.state == IntervalState::hole || interval.state == IntervalState::damaged) {
      verdict.observed = interval.advance;
      // Where lines are lost around a tick of which no other hour or day knows the cost: nothing.
      // Nor between recovered pieces of a log, of which nobody knows how much is missing.
      if (verdict.cause != GapCause::evidence_damaged ||
          (verdict.cost.own_known && !clock_.recovered))
        add_surplus(interval.advance - (interval.restarted ? kDaemonStartPids : 0), verdict);
    }
    return verdict;
  }

  /// Of an interval whose times do not tell how long it was; `may_be_boot`: nor that the host was
  /// not booted. Nothing where nobody knows what its jobs cost.
  std::optional<GapVerdict> judge_untimed(const TickGap& gap, bool may_be_boot) {
    GapVerdict verdict;
    verdict.gap = &gap;
    verdict.cost = costs_.of(gap);
    if (!verdict.cost.own_known || clock_.recovered) return std::nullopt;
    verdict.scheduled = verdict.cost.scheduled();
    verdict.background = verdict.scheduled;
    verdict.noise = std::sqrt(verdict.cost.variance);
    verdict.observed = clock_.intervals[gap.tick].advance;
    if (gap.also != kNoTick) verdict.observed += clock_.intervals[gap.also].advance;
    verdict.may_be_boot = may_be_boot && boot_reaches(gap.tick);
    add_surplus(static_cast<double>(verdict.observed), verdict);
    if (verdict.surplus > 0 && gap.also == kNoTick)
      verdict.out_of_order = out_of_order(gap.tick, verdict.surplus);
    return verdict;
  }

 private:
  // A clock that was set runs through the same times again with other PIDs: behind the tick before
  // the one in time lies all that was handed out since, the surplus too. Lines that are in the
  // wrong place fit where they belong.
  bool out_of_order(std::uint32_t interval, double surplus) {
    const std::uint32_t before = order_.before(interval + 1);
    const std::uint32_t behind = order_.behind(interval);
    return (before != kNoTick && fits(before, interval + 1, surplus)) ||
           (behind != kNoTick && fits(interval, behind, surplus));
  }

  bool fits(std::uint32_t first, std::uint32_t next, double surplus) {
    const Tick& a = clock_.ticks[first];
    const Tick& b = clock_.ticks[next];
    // a line twice, or a tick whose lines stand in both
    if (b.time - a.time <= kTickSpan)
      return std::abs(std::int64_t{b.pid} - std::int64_t{a.pid}) <= kTickPids;
    if (first + 1 == clock_.ticks.size()) return false;  // costs are asked of intervals
    TickGap between;
    between.tick = first;
    between.seconds = seconds_between(a, b);
    const GapCost cost = costs_.of(between);
    if (!cost.own_known || cost.seconds > std::max(kFitTimes * cost.usual_seconds, kFitSeconds))
      return false;
    const Pid round = b.pid >= a.pid ? 0 : clock_.range.pid_max - kReservedPids;
    const double more = static_cast<double>(round + b.pid - a.pid) - cost.scheduled();
    if (more > kFitShare * surplus) return false;
    const double score = more > 0 ? scan_.score(cost.beyond(more), cost.width) : 0;
    return level_of(score, scan_.looks(), scan_.days()) < Level::medium;
  }

  // Whether a boot that nothing tells may have brought the counter to where the interval ends.
  bool boot_reaches(std::uint32_t interval) const {
    const Tick& a = clock_.ticks[interval];
    const Tick& b = clock_.ticks[interval + 1];
    return !boots_are_told_ && !same_boot(a, b) &&
           clock_.range.any_boot_reaches(b.pid, whole_seconds(a, b));
  }

  // A fall that is taken for a wrap, over a time without lines.
  bool may_be_boot(std::uint32_t tick, const Interval& interval) const {
    return interval.wraps > 0 && boot_reaches(tick);
  }

  // Half of the background; where its rate is not known more than the noise of it.
  double went_on_from(const GapVerdict& verdict) const {
    return background_is_known(baseline_) ? kRanShare * verdict.beyond_rate : verdict.clear;
  }

  // What was handed out beyond the cost of all that is missing is work without a line, whatever
  // became of the lines, and is judged as it would be had they all been there. Damage explains why
  // lines are missing, and no PIDs.
  void add_surplus(double observed, GapVerdict& verdict) const {
    const GapCost& cost = verdict.cost;
    const double more = observed - verdict.scheduled;
    if (more < 1) return;
    verdict.surplus = more;
    const std::uint32_t tick = verdict.gap->tick;
    const Window gap{tick, tick + 1, more, cost.variance,
                     scan_.score(cost.beyond(more), cost.width)};
    verdict.surplus_score = explanations_.explained(gap, cost.width, cost.like);
  }

  // cron may have been stopped, and started behind the gap: then the jobs did not run.
  bool is_beyond_restart(const Interval& interval, const GapVerdict& verdict) const {
    const double more =
        static_cast<double>(interval.advance) - verdict.scheduled - kDaemonStartPids;
    const double noise = std::hypot(verdict.noise, kRateShare * verdict.background);
    return !verdict.may_be_boot && more > kTellsApart * std::max(1.0, noise);
  }

  GapCause cause_of(const Interval& interval, const TickGap& gap, const GapVerdict& verdict) const {
    if (clock_.ticks[gap.tick + 1].lost_before != Loss::none ||
        clock_.ticks[gap.tick].lost_before == Loss::damaged)
      return GapCause::evidence_damaged;
    switch (interval.state) {
      case IntervalState::boot:
        // the row of the boot says both, and so does this one's
        return verdict.wrap.excess > 0 ? GapCause::unknown : GapCause::system_down;
      case IntervalState::hole:
      case IntervalState::daemon_restart:
        break;
      default:
        return GapCause::unknown;
    }
    if (gap.missing == 0) return GapCause::unknown;
    if (verdict.beyond_restart) return GapCause::unknown;
    // the host may have been down: then neither the PIDs nor the time say what ran
    if (verdict.may_be_boot && !interval.restarted) return GapCause::unknown;
    if (interval.state == IntervalState::daemon_restart || interval.restarted)
      return GapCause::cron_stopped;
    // beyond what the last tick costs by itself: the background's PIDs, and the missing jobs'
    const double jobs = verdict.cost.jobs;
    const double background = verdict.beyond_rate;
    const double spent = verdict.spent;
    const double clear = verdict.clear;
    if (background + jobs < clear) return GapCause::unknown;
    const bool went_on = spent > verdict.gone_on;
    if (jobs < clear)
      return went_on || spent > kRanShare * (background + jobs) ? GapCause::unknown
                                                                : GapCause::suspended_or_clock_set;
    if (spent > background + kRanShare * jobs) return GapCause::records_removed;
    if (background >= clear && went_on) return GapCause::cron_stopped;
    return GapCause::suspended_or_clock_set;
  }

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  Explanations& explanations_;
  GapCosts costs_;
  TimeOrder order_;
  const bool boots_are_told_;
};

}  // namespace

std::vector<GapVerdict> judge_gaps(const PidClock& clock, const Baseline& baseline,
                                   const WindowScan& scan, Explanations& explanations,
                                   const std::vector<EditedTime>& edited) {
  std::vector<GapVerdict> verdicts;
  if (clock.gaps.empty()) return verdicts;
  GapJudge judge(clock, baseline, scan, explanations);
  verdicts.reserve(clock.gaps.size());
  const auto is_edited = [&](std::uint32_t tick) {
    return std::ranges::binary_search(edited, tick, {}, &EditedTime::tick);
  };
  for (const TickGap& gap : clock.gaps)
    if (!is_edited(gap.tick) && !is_edited(gap.tick + 1)) verdicts.push_back(judge.judge(gap));
  return verdicts;
}

namespace {

// Seconds from a tick like `tick` to the next one, or from the one before it, by the nearest ticks
// of the same jobs at the same minute of the hour (else at any); `step` is the way to look. Nothing
// where there is none.
std::optional<double> usual_distance(const PidClock& clock, std::uint32_t tick, bool to_next,
                                     int step) {
  const Tick& own = clock.ticks[tick];
  std::optional<double> any;
  for (std::size_t k = 1; k <= kNearestLike; ++k) {
    const std::int64_t at = std::int64_t{tick} + step * static_cast<std::int64_t>(k);
    const std::int64_t interval = to_next ? at : at - 1;
    if (at < 0 || interval < 0 || interval + 1 >= static_cast<std::int64_t>(clock.ticks.size()))
      break;
    const Tick& like = clock.ticks[static_cast<std::size_t>(at)];
    const Interval& distance = clock.intervals[static_cast<std::size_t>(interval)];
    if (like.items != own.items || distance.state != IntervalState::judged) continue;
    if (like.minute % kLocalHour == own.minute % kLocalHour) return distance.seconds;
    if (!any) any = distance.seconds;
  }
  return any;
}

/// What passed between two ticks around which the clock was set, by the schedule.
struct PassedTime {
  double likely = 0;
  double most = 0;
};

PassedTime time_across(const PidClock& clock, std::uint32_t interval) {
  constexpr double kHour = 3600;
  constexpr double kMinute = 60;
  const std::optional<double> behind = usual_distance(clock, interval, true, -1);
  const std::optional<double> before = usual_distance(clock, interval + 1, false, 1);
  PassedTime time;
  time.likely = behind && before ? (*behind + *before) / 2 : behind.value_or(before.value_or(0));
  time.most = behind && before ? *behind + *before : 2 * time.likely;
  const double step =
      seconds_between(clock.ticks[interval], clock.ticks[interval + 1]) - time.likely;
  if (std::abs(std::remainder(step, kHour)) <= kMinute) time.most = time.likely;
  return time;
}

}  // namespace

// What passed between the two ticks is what the schedule has behind the one and before the other.
// Where the clock was set by whole hours both are the same; else it was set at some moment of the
// one, and then went on from some moment of the other: the middle of both, and both at most.
double step_back_seconds(const PidClock& clock, std::uint32_t interval) {
  return seconds_between(clock.ticks[interval], clock.ticks[interval + 1]) -
         time_across(clock, interval).likely;
}

UntimedIntervals judge_untimed(const PidClock& clock, const Baseline& baseline,
                               const WindowScan& scan, Explanations& explanations,
                               const std::vector<EditedTime>& edited,
                               const std::vector<GapVerdict>& gaps,
                               const std::vector<std::uint32_t>& steps) {
  UntimedIntervals untimed;
  const auto add = [&](std::uint32_t tick, double seconds, std::uint32_t also = kNoTick) {
    TickGap gap;
    gap.tick = tick;
    gap.seconds = seconds;
    gap.also = also;
    untimed.gaps.push_back(std::move(gap));
  };
  // of a time that was edited the ticks around it are right, and so is the time between them
  for (std::size_t e = 0; e < edited.size(); ++e) {
    if (e > 0 && edited[e].interval == edited[e - 1].interval) continue;
    std::size_t last = e;
    while (last + 1 < edited.size() && edited[last + 1].interval == edited[e].interval) ++last;
    const auto& [interval, first, before, behind] = edited[e];
    const std::vector<Tick>& ticks = clock.ticks;
    const auto known = [&](std::uint32_t i) {
      const IntervalState state = clock.intervals[i].state;
      // to or from a time so far away that the counter may have gone round: it did not
      const bool too_long =
          state == IntervalState::unknown_advance && clock.intervals[i].advance >= 0 &&
          clock.intervals[i].advance == std::int64_t{ticks[i + 1].pid} - ticks[i].pid;
      return state == IntervalState::clock_step || state == IntervalState::hole ||
             state == IntervalState::judged || too_long;
    };
    if (known(before) && known(edited[last].tick))
      add(before,
          seconds_between(ticks[before], ticks[behind]) -
              seconds_between(ticks[first], ticks[edited[last].tick]),
          edited[last].tick);
  }
  const auto is_edited = [&](std::uint32_t interval) {
    return std::ranges::binary_search(edited, interval, {}, &EditedTime::interval);
  };
  std::size_t listed = 0;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size() && listed < kListedSteps; ++i) {
    if (clock.intervals[i].state != IntervalState::clock_step || is_edited(i)) continue;
    add(i, time_across(clock, i).most);
    ++listed;
  }
  for (std::size_t g = 0; g < gaps.size(); ++g)
    if (steps[g] != kNoTick) add(gaps[g].gap->tick, time_across(clock, gaps[g].gap->tick).most);
  if (untimed.gaps.empty()) return untimed;
  GapJudge judge(clock, baseline, scan, explanations);
  for (const TickGap& gap : untimed.gaps) {
    // a clock that was set forward and back, and a line between others: no boot does that
    const bool may_be_boot = clock.intervals[gap.tick].state == IntervalState::clock_step &&
                             gap.also == kNoTick && !std::ranges::count(steps, gap.tick);
    if (auto verdict = judge.judge_untimed(gap, may_be_boot))
      untimed.verdicts.push_back(std::move(*verdict));
  }
  return untimed;
}

std::vector<std::uint32_t> steps_back_of(const PidClock& clock,
                                         const std::vector<GapVerdict>& gaps) {
  // A clock that was set wrong is set right within days; the step back is known to within the
  // distance of two ticks.
  constexpr double kLongestSeconds = 7 * 86400.0;
  constexpr double kShare = 0.2;
  constexpr double kSlack = 900;
  // Work in it must not make a clock set forward something else. A log that does not know its zone
  // goes back by an hour in autumn, whatever was missing in the week before.
  constexpr double kTwoZones = 5400;
  const auto may_be_set = [&clock](const GapVerdict& gap) {
    const Interval& interval = clock.intervals[gap.gap->tick];
    return gap.gap->missing > 0 && !interval.restarted && !gap.may_be_boot && interval.wraps == 0 &&
           (gap.cause == GapCause::cron_stopped || gap.cause == GapCause::unknown) &&
           interval.state == IntervalState::hole;
  };
  std::vector<std::uint32_t> steps(gaps.size(), kNoTick);
  std::vector<std::uint32_t> back;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i)
    if (clock.intervals[i].state == IntervalState::clock_step) back.push_back(i);
  for (std::size_t g = 0; g < gaps.size(); ++g) {
    const double forward = gaps[g].cost.seconds - gaps[g].cost.usual_seconds;
    const bool by_pids = gaps[g].cause == GapCause::suspended_or_clock_set;
    if (!by_pids && (forward <= kTwoZones || !may_be_set(gaps[g]))) continue;
    const auto next = std::ranges::upper_bound(back, gaps[g].gap->tick);
    if (next == back.end()) continue;
    const double apart = seconds_between(clock.ticks[gaps[g].gap->tick], clock.ticks[*next]);
    const double size = -step_back_seconds(clock, *next);
    const double off = std::abs(size - forward);
    const bool fits = by_pids ? off <= kShare * forward + kSlack
                              : off <= gaps[g].cost.usual_seconds + time_across(clock, *next).most;
    if (apart <= kLongestSeconds && fits) steps[g] = *next;
  }
  return steps;
}

}  // namespace pidometer
