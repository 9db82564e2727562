#include "plugin/pid_clock/pid_clock.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {
namespace {

// Two ticks in the wrong order by so few PIDs within so short a time are late lines, not a boot.
constexpr std::int64_t kLateLinePids = 30;
constexpr std::int64_t kLateLineSeconds = 90;

// Syslog may order two lines wrongly by a second or two; more is a clock set back.
constexpr std::int64_t kJitterSeconds = 3;

// A length is part of the schedule if it is seen so often, and in one of so many intervals: two
// outages of the same length are not a schedule, a gap every night is.
constexpr std::size_t kUsualTimes = 3;
constexpr std::size_t kUsualOneIn = 1000;

constexpr std::int64_t kHalfMinute = 30;

std::int32_t clamp32(std::int64_t n) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      n, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

Interval classify(const Tick& a, const Tick& b, const Startup* startup, const PidRange& range) {
  Interval step;
  const std::int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(b.time - a.time).count();
  std::int64_t advance = static_cast<std::int64_t>(b.pid) - a.pid;
  step.seconds = clamp32(seconds);
  if (startup != nullptr) {
    const bool fell = advance < 0 || startup->pid < a.pid;
    step.state = fell ? IntervalState::boot : IntervalState::daemon_restart;
  } else if (advance >= 0) {
    step.state = seconds < -kJitterSeconds ? IntervalState::clock_step
                 : range.too_long(seconds) ? IntervalState::unknown_advance
                                           : IntervalState::judged;
  } else if (-advance <= kLateLinePids && std::abs(seconds) <= kLateLineSeconds) {
    step.state = IntervalState::unknown_advance;
  } else if (range.is_wrap(a.pid, b.pid, seconds)) {
    advance = range.advance_over_wrap(a.pid, b.pid);
    step.wraps = 1;
    step.state = IntervalState::judged;
  } else {
    step.state = IntervalState::boot;
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

std::size_t mark_holes(std::vector<Interval>& intervals) {
  const std::int64_t usual = longest_usual_length(intervals);
  std::size_t holes = 0;
  for (Interval& step : intervals) {
    // half a minute of tolerance: lines are late under load
    if (step.state != IntervalState::judged || step.seconds <= (usual + 1) * kHalfMinute) continue;
    step.state = IntervalState::hole;
    ++holes;
  }
  return holes;
}

void divide_into_sessions(PidClock& clock, const std::vector<Startup>& startups) {
  const auto count = static_cast<std::uint32_t>(clock.ticks.size());
  std::size_t next_startup = 0;
  const auto startup_before = [&](std::uint32_t tick) -> std::optional<Startup> {
    std::optional<Startup> found;
    for (; next_startup < startups.size() && startups[next_startup].tick <= tick; ++next_startup)
      if (startups[next_startup].tick == tick) found = startups[next_startup];
    return found;
  };
  BootSession session;
  session.startup = count > 0 ? startup_before(0) : std::nullopt;
  for (std::uint32_t i = 0; i < count; ++i) {
    const IntervalState state = clock.intervals[i].state;
    if (state != IntervalState::boot && state != IntervalState::daemon_restart) continue;
    session.end_tick = i + 1;
    clock.sessions.push_back(session);
    session.first_tick = i + 1;
    session.counter_restarted = state == IntervalState::boot;
    if (session.counter_restarted) ++session.number;
    session.startup = startup_before(i + 1);
  }
  session.end_tick = count;
  if (count > 0) clock.sessions.push_back(session);
}

}  // namespace

PidClock build_pid_clock(std::vector<Reading> readings, const ClockOptions& options) {
  TickSeries series = form_ticks(readings);
  std::vector<std::uint32_t> repaired;
  PidClock clock;
  clock.foreign_readings = take_out_foreign_readings(readings, series, repaired);
  std::vector<Reading>().swap(readings);  // the largest array of all is not needed any more

  PidRange range = infer_pid_range(series.ticks, options);
  const std::size_t count = series.ticks.size();
  clock.intervals.resize(count);
  std::size_t next_startup = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const Startup* startup = nullptr;
    if (series.ticks[i + 1].after_startup)
      for (; next_startup < series.startups.size() && series.startups[next_startup].tick <= i + 1;
           ++next_startup)
        startup = &series.startups[next_startup];
    clock.intervals[i] = classify(series.ticks[i], series.ticks[i + 1], startup, range);
    clock.wraps += clock.intervals[i].wraps;
    clock.backward_steps += clock.intervals[i].state == IntervalState::clock_step ? 1 : 0;
  }
  for (const std::uint32_t i : repaired) clock.intervals[i].repaired = true;
  clock.holes = mark_holes(clock.intervals);
  clock.ticks = std::move(series.ticks);
  clock.item_sets = std::move(series.item_sets);
  clock.pid_max = range.pid_max;
  clock.pid_max_basis = std::move(range.basis);
  divide_into_sessions(clock, series.startups);
  return clock;
}

std::size_t session_of(const PidClock& clock, std::uint32_t tick) {
  const auto after = std::ranges::upper_bound(clock.sessions, tick, {}, &BootSession::first_tick);
  return static_cast<std::size_t>(after - clock.sessions.begin()) - 1;
}

}  // namespace pidometer
