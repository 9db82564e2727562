#include "plugin/anomaly/daily_bursts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/window_calibration.h"
#include "plugin/baseline/interval_groups.h"

namespace pidometer {
namespace {

// What is less surprising needs no explanation.
constexpr double kSurprising = 3;

// Bursts from half to twice a size are alike; of those of one size EvenDays::cover() is asked. On
// half of the days they must be seen well, so that chance is not taken for them.
constexpr double kLikeTimes = 2;
constexpr double kNextSize = 0.95;  // sizes that are tried differ by a twentieth at least
constexpr double kWellSeen = 0.5;

// A burst beside a job that itself varies is seen less well: to say that a day had one, this will
// do.
constexpr double kTraceDeviations = 2;

// Of a log of few days: what lies so near is the same work, as an activity's findings are, and as
// what goes on behind a job (job_runs.h); one visit does not make itself daily.
constexpr std::chrono::hours kApart{1};

// Two in seven minutes of ten days: what comes so often is no burst, and each is looked at. Of more
// none is taken for the like of another.
constexpr std::size_t kMostBursts = 4096;

}  // namespace

DailyBursts::DailyBursts(const PidClock& clock, const WindowScan& scan, const JobSpill& spill,
                         JobHabit& habit)
    : clock_(clock), scan_(scan), days_(clock) {
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    ++judged_;
    if (!teaches(clock.intervals[i])) continue;
    Window window = scan.measure(i, i + 1);
    const double deviation = std::sqrt(window.variance);
    if (window.excess < kTraceDeviations * deviation + kFarOutPids) continue;
    window.score = kMostScore;
    if (std::min(spill.explained(window), habit.explained(window)) < kSurprising) continue;
    traces_.push_back({window.excess, days_.day_of(i), days_.date_of(i)});
    if (window.excess < kFarOutDeviations * deviation + kFarOutPids ||
        scan.score(window) < kSurprising)
      continue;
    if (!bursts_.empty() && bursts_.back().end == i) {
      bursts_.back().end = i + 1;
      bursts_.back().pids += window.excess;
    } else {
      bursts_.push_back({i, i + 1, window.excess, days_.day_of(i), days_.date_of(i)});
    }
  }
  if (!days_.are_few()) usual_ = largest_kind(bursts_, 1);
}

// Whether most days have such bursts; or so far as many, in a log of few.
bool DailyBursts::are_daily(std::span<const Burst> alike, double size) const {
  const bool few = days_.are_few();
  std::vector<std::int64_t> seen;
  for (const Burst& burst : alike) seen.push_back(few ? burst.date : burst.day);
  if (few ? !days_.may_cover(seen, kWellSeen) : !days_.cover(seen, kWellSeen)) return false;
  seen.clear();
  for (const Trace& trace : traces_)
    if (trace.pids >= size / kLikeTimes && trace.pids <= size * kLikeTimes)
      seen.push_back(few ? trace.date : trace.day);
  return few ? days_.may_cover(seen) : days_.cover(seen);
}

// The largest size of which most days have a burst, and `least` are alike.
std::optional<DailyBursts::Kind> DailyBursts::largest_kind(std::vector<Burst> bursts,
                                                           std::size_t least) const {
  std::ranges::sort(bursts, {}, &Burst::pids);
  double last = bursts.empty() ? 0 : 2 * bursts.back().pids;
  for (std::size_t at = bursts.size(); at-- > 0;) {
    const double size = bursts[at].pids;
    if (size > kNextSize * last) continue;
    last = size;
    const auto begin = std::ranges::lower_bound(bursts, size / kLikeTimes, {}, &Burst::pids);
    const auto end = std::ranges::upper_bound(bursts, size * kLikeTimes, {}, &Burst::pids);
    const auto alike = std::span(begin, end);
    if (alike.size() < least || !are_daily(alike, size)) continue;
    std::vector<double> pids;
    for (const Burst& burst : alike) pids.push_back(burst.pids);
    return Kind{static_cast<double>(end - bursts.begin()) / judged_, BurstSizes(pids)};
  }
  return std::nullopt;
}

double DailyBursts::explained(const Window& window, Steps* steps) const {
  if (!usual_) return window.score;
  Window rest = window;
  double number = 0;
  double largest = 0;
  auto burst = std::ranges::upper_bound(bursts_, window.begin, {}, &Burst::end);
  for (; burst != bursts_.end() && burst->begin < window.end; ++burst) {
    const std::uint32_t begin = std::max(burst->begin, window.begin);
    const std::uint32_t end = std::min(burst->end, window.end);
    double pids = 0;
    for (std::uint32_t i = begin; i < end; ++i) pids += scan_.measure(i, i + 1).excess;
    rest.excess -= pids;
    largest = std::max(largest, pids);
    number += 1;
  }
  if (number == 0) return window.score;
  Steps own;
  Steps& told = steps != nullptr ? *steps : own;
  const double by_chance = chance(*usual_, number, largest, window.width(), told);
  told.rest_excess = rest.excess;
  told.rest_score = rest.excess > 0 ? scan_.score(rest) : 0;
  return std::min(window.score, std::max(by_chance, told.rest_score));
}

// -log10 of that of so many bursts in so many intervals, and of one as large among them.
double DailyBursts::chance(const Kind& kind, double number, double largest, std::size_t intervals,
                           Steps& steps) {
  steps.number = number;
  steps.mean = kind.rate * static_cast<double>(intervals);
  steps.size = kind.sizes.steps(largest);
  steps.chance =
      surprise_of_number(number, steps.mean) + std::max(0.0, steps.size.score - std::log10(number));
  return steps.chance;
}

double DailyBursts::explained(double excess, std::size_t intervals, double score) const {
  if (!usual_) return score;
  const double some = std::max(1.0, std::round(excess / usual_->sizes.usual()));
  Steps steps;
  for (const double number : {1.0, some})
    score = std::min(score, chance(*usual_, number, excess / number, intervals, steps));
  return score;
}

// Whether the burst may be the same work.
bool DailyBursts::beside(const Burst& burst, const Window& work) const {
  return clock_.ticks[burst.begin].time < clock_.ticks[work.end].time + kApart &&
         clock_.ticks[burst.end].time > clock_.ticks[work.begin].time - kApart;
}

// Whether so much in these intervals may be work of most days: it came at another time too, and so
// far on as many days as if it were.
bool DailyBursts::may_be_daily(const Window& work, const std::vector<bool>& running) const {
  const auto alike = [&](double other) {
    return other >= work.excess / kLikeTimes && other <= work.excess * kLikeTimes;
  };
  std::vector<std::int64_t> dates = {days_.date_of(work.begin)};
  for (const Burst& burst : bursts_)
    if (alike(burst.pids) && !beside(burst, work) && !running[burst.begin])
      dates.push_back(burst.date);
  if (dates.size() == 1 || !days_.may_cover(dates, kWellSeen)) return false;
  for (const Trace& trace : traces_)
    if (alike(trace.pids)) dates.push_back(trace.date);
  return days_.may_cover(dates);
}

// Whether one as large as this would be no alarm if bursts of some size came on most days, and
// those of other times are so far on as many. What is judged must not teach its own size.
bool DailyBursts::may_be_of_a_kind(const Window& work, const std::vector<bool>& running) const {
  if (bursts_.size() > kMostBursts) return false;
  std::vector<Burst> others;
  for (const Burst& burst : bursts_)
    if (!running[burst.begin] && !beside(burst, work)) others.push_back(burst);
  const std::optional<Kind> kind = largest_kind(std::move(others), kKnownRuns);
  Steps steps;
  return kind && level_of(chance(*kind, 1, work.excess, work.width(), steps), scan_.looks(),
                          scan_.days()) < Level::medium;
}

Window DailyBursts::without_possible(const Window& window, const std::vector<bool>& running,
                                     double once) const {
  Window rest = window;
  if (!days_.are_few()) return rest;
  const auto may_be = [&](const Window& work) {
    return (days_.count() == 1 && work.excess <= once) || may_be_daily(work, running) ||
           may_be_of_a_kind(work, running);
  };
  if (may_be(window)) {
    rest.excess = 0;
    return rest;
  }
  auto burst = std::ranges::upper_bound(bursts_, window.begin, {}, &Burst::end);
  for (; burst != bursts_.end() && burst->begin < window.end; ++burst) {
    const Window work{burst->begin, burst->end, burst->pids};
    if (!may_be(work)) continue;
    const std::uint32_t end = std::min(burst->end, window.end);
    for (std::uint32_t i = std::max(burst->begin, window.begin); i < end; ++i)
      rest.excess -= scan_.measure(i, i + 1).excess;
  }
  return rest;
}

}  // namespace pidometer
