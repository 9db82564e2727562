#include "plugin/pid_clock/pid_clock.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

#include "plugin/pid_clock/beyond_range.h"
#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/foreign_runs.h"
#include "plugin/pid_clock/minute_calendar.h"
#include "plugin/pid_clock/misplaced_ticks.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/small_range.h"
#include "plugin/pid_clock/stray_lines.h"

namespace pidometer {
namespace {

// Syslog may order two lines wrongly by a second or two; more is a clock set back.
constexpr std::int64_t kJitterSeconds = 3;

// A length is part of the schedule if it is seen so often, and in one of so many intervals: two
// outages of the same length are not a schedule, a gap every night is.
constexpr std::size_t kUsualTimes = 3;
constexpr std::size_t kUsualOneIn = 1000;

constexpr std::int64_t kHalfMinute = 30;

// Forged lines that hide others are taken out first; of such that hide one another in more layers
// somebody took trouble to have rows of false boots as well.
constexpr int kMostRounds = 4;

std::int32_t clamp32(std::int64_t n) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      n, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

// `startups`: the lines between the two ticks.
Interval classify(const Tick& a, const Tick& b, std::span<const Startup> startups,
                  const PidRange& range, const StepsElsewhere& elsewhere, bool recovered) {
  Interval step;
  const std::int64_t seconds = whole_seconds(a, b);
  std::int64_t advance = static_cast<std::int64_t>(b.pid) - a.pid;
  step.seconds = clamp32(seconds);
  if (other_boot(a, b)) {
    step.state = IntervalState::boot;
  } else if (!startups.empty()) {
    const bool fell = advance < 0 || std::ranges::any_of(
                                         startups, [&](const Startup& s) { return s.pid < a.pid; });
    if (!fell) {
      // the PIDs go on: what a start of the daemon may cost is the baseline's business
      step.restarted = true;
      step.may_be_boot = !same_boot(a, b) && std::ranges::any_of(startups, [&](const Startup& s) {
        return range.boot_reaches(s.pid, 0);
      });
    }
    step.state = fell && !same_boot(a, b)            ? IntervalState::boot
                 : fell || seconds < -kJitterSeconds ? IntervalState::daemon_restart
                 : range.too_long(seconds)           ? IntervalState::unknown_advance
                                                     : IntervalState::judged;
  } else if (advance >= 0) {
    // two ticks within the span of one: the same job ran again in its minute (tick.h)
    const bool again =
        seconds <= kJitterSeconds && advance > kLateLinePids && b.lost_before != Loss::damaged;
    step.state = again || seconds < -kJitterSeconds ? IntervalState::clock_step
                 : range.too_long(seconds)          ? IntervalState::unknown_advance
                                                    : IntervalState::judged;
  } else if (-advance <= kLateLinePids && std::abs(seconds) <= kOutOfOrder.count()) {
    step.state = IntervalState::unknown_advance;
  } else if (range.is_wrap(a, b, elsewhere) ||
             (same_boot(a, b) && range.least_pid_max == range.pid_max &&
              range.may_wrap(a.pid, b.pid, seconds))) {
    advance = range.advance_over_wrap(a.pid, b.pid);
    step.wraps = 1;
    step.state = IntervalState::judged;
  } else if (same_boot(a, b)) {
    // no boot, and further than a wrap takes it
    step.state = IntervalState::unknown_advance;
    step.strange_fall = seconds >= 0;
  } else if (recovered && b.lost_before == Loss::damaged) {
    step.state = IntervalState::damaged;
  } else if (!range.any_boot_reaches(b.pid, seconds)) {
    // a counter that restarted would not have come so far
    step.state = IntervalState::unknown_advance;
    step.strange_fall = seconds >= 0 && b.lost_before != Loss::damaged && range.rate_is_known();
  } else {
    step.state =
        range.is_restart(a.pid, b.pid, seconds) ? IntervalState::boot : IntervalState::unknown_fall;
  }
  if (advance < 0 && step.state != IntervalState::unknown_advance) advance = 0;
  step.advance = clamp32(advance);
  return step;
}

// The longest time between two ticks that belongs to the schedule, in half minutes; -1 if none does
std::int64_t longest_usual_length(const std::vector<Interval>& intervals) {
  constexpr std::size_t kLengths = 2 * 60 * 24 * 8;  // eight days: longer ones are never usual
  std::vector<std::uint32_t> seen(kLengths, 0);
  std::size_t judged = 0;
  for (const Interval& step : intervals) {
    if (step.state != IntervalState::judged) continue;
    ++judged;
    const auto length =
        static_cast<std::size_t>((std::max(0, step.seconds) + kHalfMinute / 2) / kHalfMinute);
    if (length < kLengths) ++seen[length];
  }
  const std::size_t enough = std::max(kUsualTimes, judged / kUsualOneIn);
  for (std::size_t length = kLengths; length-- > 0;)
    if (seen[length] >= enough) return static_cast<std::int64_t>(length);
  return -1;
}

void mark_holes(std::vector<Interval>& intervals) {
  const std::int64_t usual = longest_usual_length(intervals);
  for (Interval& step : intervals) {
    // half a minute of tolerance: lines are late under load
    if (step.state != IntervalState::judged || step.seconds <= (usual + 1) * kHalfMinute) continue;
    step.state = IntervalState::hole;
  }
}

// What was handed out where nothing can be compared is judged as a gap's PIDs are, or a line that
// is half a minute late would hide whatever happened. Between recovered pieces of a log nobody
// knows how much of it is missing.
void add_uncompared(PidClock& clock) {
  const std::size_t told = clock.gaps.size();
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < clock.intervals.size(); ++i) {
    if (next < told && clock.gaps[next].tick == i) {
      ++next;
      continue;
    }
    const IntervalState state = clock.intervals[i].state;
    if (state != IntervalState::hole && state != IntervalState::damaged) continue;
    TickGap gap;
    gap.tick = i;
    clock.gaps.push_back(std::move(gap));
  }
  std::inplace_merge(clock.gaps.begin(), clock.gaps.begin() + static_cast<std::ptrdiff_t>(told),
                     clock.gaps.end(),
                     [](const TickGap& a, const TickGap& b) { return a.tick < b.tick; });
}

// Where boots leave no line, one that takes the counter further than it had come leaves nothing at
// all but a time without ticks. Three are no accident.
constexpr std::size_t kUntoldBoots = 3;

// Where one interval in two hundred has such a boot, any interval of the usual length may have one.
constexpr std::size_t kOftenOneIn = 200;

void mark_possible_boots(PidClock& clock, const PidRange& range) {
  std::size_t untold = 0;
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i)
    untold += clock.intervals[i].state == IntervalState::boot &&
                      !clock.ticks[i + 1].after_startup &&
                      !other_boot(clock.ticks[i], clock.ticks[i + 1])
                  ? 1
                  : 0;
  if (untold < kUntoldBoots) return;
  clock.untold_boots = true;
  const bool often = untold * kOftenOneIn >= clock.ticks.size();
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    const Tick& a = clock.ticks[i];
    const Tick& b = clock.ticks[i + 1];
    Interval& interval = clock.intervals[i];
    const bool asked =
        interval.state == IntervalState::hole || (often && interval.state == IntervalState::judged);
    if (asked && interval.wraps == 0 && !same_boot(a, b) &&
        range.any_boot_reaches(b.pid, whole_seconds(a, b)))
      interval.may_be_boot = true;
  }
}

/// Cuts the ticks into sessions: at each STARTUP line, and where the counter restarted without one.
class SessionDivider {
 public:
  SessionDivider(PidClock& clock, const std::vector<Startup>& startups)
      : clock_(clock), startups_(startups) {}

  void run() {
    const auto count = static_cast<std::uint32_t>(clock_.ticks.size());
    if (count == 0 && startups_.empty()) return;
    // the first line of the series starts the first session: nothing restarted there
    if (!startups_.empty() && startups_.front().tick == 0) {
      session_.startup = startups_[next_++];
      newest_ = session_.startup->pid;
    }
    for (std::uint32_t tick = 0; tick < count; ++tick) {
      const IntervalState before =
          tick > 0 ? clock_.intervals[tick - 1].state : IntervalState::judged;
      const bool lines = next_ < startups_.size() && startups_[next_].tick <= tick;
      if (lines) {
        start_at(tick, before == IntervalState::boot);
      } else if (before == IntervalState::boot) {
        begin(tick, true, std::nullopt);
      }
      newest_ = clock_.ticks[tick].pid;
    }
    start_at(count, false);
    session_.end_tick = count;
    clock_.sessions.push_back(session_);
  }

 private:
  // The STARTUP lines before `tick`; `restarted`: the counter fell somewhere among them.
  void start_at(std::uint32_t tick, bool restarted) {
    bool known = false;
    for (; next_ < startups_.size() && startups_[next_].tick <= tick; ++next_) {
      const Startup& startup = startups_[next_];
      const bool last = next_ + 1 == startups_.size() || startups_[next_ + 1].tick > tick;
      const bool fell = startup.pid < newest_ || (last && restarted && !known);
      known = known || fell;
      begin(tick, fell, startup);
      newest_ = startup.pid;
    }
  }

  void begin(std::uint32_t tick, bool restarted, std::optional<Startup> startup) {
    session_.end_tick = tick;
    clock_.sessions.push_back(session_);
    session_.first_tick = tick;
    session_.counter_restarted = restarted;
    if (restarted) ++session_.number;
    session_.startup = startup;
  }

  PidClock& clock_;
  const std::vector<Startup>& startups_;
  BootSession session_;
  std::size_t next_ = 0;
  Pid newest_ = 0;
};

// So many lines stand elsewhere than where they belong, and none could be put back: two counters,
// by two clocks. What is handed out from one line to the next says as little as where a counter
// goes round between them.
bool stands_in_no_order(const PidClock& clock, const TickSeries& series) {
  constexpr std::size_t kOneIn = 20;
  return clock.moves.moves.empty() && clock.foreign.size() > 2 * clock.moves.repeated.size() &&
         clock.foreign.size() * kOneIn > series.ticks.size() + clock.foreign.size();
}

// PIDs that are no odometer: ticks, but no distances, boots or wraps.
PidClock unordered(PidClock clock, TickSeries& series, const ClockOptions& options,
                   std::optional<Pid> small) {
  clock.range = infer_pid_range(series.ticks, StepsElsewhere({}), options, small);
  if (!options.pid_max && !small) clock.range.basis = "PIDs of no clock: a guess";
  clock.recovered = options.recovered;
  clock.intervals.resize(series.ticks.size());
  for (std::size_t i = 0; i + 1 < clock.intervals.size(); ++i)
    clock.intervals[i].state = IntervalState::unknown_advance;
  clock.ticks = std::move(series.ticks);
  clock.item_sets = std::move(series.item_sets);
  BootSession all;
  all.end_tick = static_cast<std::uint32_t>(clock.ticks.size());
  clock.sessions.push_back(all);
  return clock;
}

// Half a round.
std::int64_t wrap_in_tick(std::optional<Pid> pid_max) {
  const std::int64_t round = pid_max && *pid_max > kReservedPids ? *pid_max - kReservedPids : 0;
  return round > 0 ? std::min(kWrapInTick, round / 2) : kWrapInTick;
}

}  // namespace

PidClock build_pid_clock(std::vector<Reading> readings, const ClockOptions& options) {
  PidClock clock;
  clock.order = judge_pid_order(readings);
  const bool believed = is_believed(options, readings);
  const std::optional<Pid> small = believed ? std::nullopt : find_small_pid_max(readings);
  TickSeries series = form_ticks(readings, wrap_in_tick(believed ? options.pid_max : small));
  if (!clock.order.is_clock()) return unordered(std::move(clock), series, options, small);
  bool sequential = clock.order.kind == PidOrderKind::sequential;
  // before the calendar: a forged time puts no minute on the schedule
  const std::vector<ForeignReading> strays =
      sequential ? take_out_stray_lines(readings, series) : std::vector<ForeignReading>();
  const MinuteCalendar calendar(series.ticks);
  if (sequential) clock.moves = put_back_misplaced_ticks(readings, series, clock.foreign);
  if (sequential && stands_in_no_order(clock, series)) {
    clock.order.kind = PidOrderKind::too_fast;
    sequential = false;
  }
  FastStretches fast(series.ticks);
  const auto add_foreign = [&](std::vector<ForeignReading> found) {
    if (!found.empty()) fast = FastStretches(series.ticks);  // other steps are left
    std::ranges::move(found, std::back_inserter(clock.foreign));
  };
  if (sequential) add_foreign(take_out_foreign_readings(readings, fast, series));
  std::vector<Reading>().swap(readings);  // the largest array of all is not needed any more

  if (sequential) add_foreign(take_out_too_fast_end(series));
  StepsElsewhere elsewhere(series.ticks);
  PidRange range = infer_pid_range(series.ticks, elsewhere, options, small);
  // what is foreign says where the counter goes round, and that says what is foreign
  const auto take_out = [&](std::vector<ForeignReading> found) {
    if (found.empty()) return;
    add_foreign(std::move(found));
    elsewhere = StepsElsewhere(series.ticks);
    range = infer_pid_range(series.ticks, elsewhere, options, small);
  };
  Pid pid_max = 0;
  for (int round = 0; sequential && round < kMostRounds && range.pid_max != pid_max; ++round) {
    pid_max = range.pid_max;
    if (!options.pid_max || !options.pid_max_is_users)
      take_out(take_out_beyond_range(series, range, elsewhere));
    take_out(take_out_foreign_runs(series, range, elsewhere, fast));
  }
  if (sequential) add_foreign(take_out_foreign_startups(series, range));
  // also where the lines turned out to be in no order: they are no readings any more
  std::ranges::copy(strays, std::back_inserter(clock.foreign));
  std::ranges::stable_sort(clock.foreign, {}, &ForeignReading::record);
  const std::size_t count = series.ticks.size();
  clock.intervals.resize(count);
  std::size_t next_startup = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    std::span<const Startup> startups;
    if (series.ticks[i + 1].after_startup) {
      while (next_startup < series.startups.size() && series.startups[next_startup].tick <= i)
        ++next_startup;
      const std::size_t first = next_startup;
      while (next_startup < series.startups.size() && series.startups[next_startup].tick <= i + 1)
        ++next_startup;
      startups = std::span(series.startups).subspan(first, next_startup - first);
    }
    clock.intervals[i] = classify(series.ticks[i], series.ticks[i + 1], startups, range, elsewhere,
                                  options.recovered);
    // a counter that goes round between two ticks: neither an advance nor a fall says anything
    if (clock.order.kind == PidOrderKind::too_fast && startups.empty() &&
        !other_boot(series.ticks[i], series.ticks[i + 1]))
      clock.intervals[i] = {.seconds = clock.intervals[i].seconds,
                            .state = IntervalState::unknown_advance};
    else if (fast.at(i) &&
             (clock.intervals[i].state == IntervalState::judged || clock.intervals[i].strange_fall))
      clock.intervals[i] = {.seconds = clock.intervals[i].seconds,
                            .state = IntervalState::unknown_advance};
    // the tick after the damage may have lost jobs: neither the interval before it nor the one that
    // it starts can be compared
    if (clock.intervals[i].state == IntervalState::judged &&
        (series.ticks[i].lost_before == Loss::damaged ||
         series.ticks[i + 1].lost_before == Loss::damaged))
      clock.intervals[i].state = IntervalState::damaged;
    clock.intervals[i].repaired = series.ticks[i].joined;
    clock.wraps += clock.intervals[i].wraps;
  }
  mark_holes(clock.intervals);
  clock.gaps = without_strays(find_tick_gaps(series.ticks, calendar), series.ticks, strays);
  for (const TickGap& gap : clock.gaps) {
    Interval& interval = clock.intervals[gap.tick];
    if (interval.state == IntervalState::judged) interval.state = IntervalState::hole;
  }
  if (!options.recovered) add_uncompared(clock);
  clock.ticks = std::move(series.ticks);
  clock.item_sets = std::move(series.item_sets);
  mark_possible_boots(clock, range);
  clock.range = std::move(range);
  SessionDivider(clock, series.startups).run();
  return clock;
}

std::uint32_t tick_of_record(const PidClock& clock, std::uint32_t record) {
  auto at = std::ranges::lower_bound(clock.ticks, record, {}, &Tick::record);
  // lines that were put back stand in the order of their times
  if (!clock.moves.empty() && (at == clock.ticks.end() || at->record != record))
    at = std::ranges::find(clock.ticks, record, &Tick::record);
  return at != clock.ticks.end() && at->record == record
             ? static_cast<std::uint32_t>(at - clock.ticks.begin())
             : kNoTick;
}

std::size_t session_of(const PidClock& clock, std::uint32_t tick) {
  const auto after = std::ranges::upper_bound(clock.sessions, tick, {}, &BootSession::first_tick);
  return static_cast<std::size_t>(after - clock.sessions.begin()) - 1;
}

std::uint32_t boot_session_at(const PidClock& clock, std::uint32_t record) {
  if (clock.ticks.empty()) return 1;
  // by the first lines of sessions: within one of them lines may have been put back
  const auto after = std::partition_point(
      clock.sessions.begin(), clock.sessions.end(), [&](const BootSession& session) {
        return session.first_tick == 0 || (session.first_tick < clock.ticks.size() &&
                                           clock.ticks[session.first_tick].record <= record);
      });
  return std::prev(after)->number;
}

}  // namespace pidometer
