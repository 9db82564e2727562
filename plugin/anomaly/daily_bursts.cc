#include "plugin/anomaly/daily_bursts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/window_calibration.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/robust.h"

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

}  // namespace

DailyBursts::DailyBursts(const PidClock& clock, const WindowScan& scan, const JobSpill& spill,
                         JobHabit& habit)
    : clock_(clock), scan_(scan), days_(clock) {
  double judged = 0;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    ++judged;
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
  learn(judged);
}

// The largest size of which most days have a burst.
void DailyBursts::learn(double judged) {
  std::vector<Burst> by_size = bursts_;
  std::ranges::sort(by_size, {}, &Burst::pids);
  std::vector<std::int64_t> seen;
  double last = by_size.empty() ? 0 : 2 * by_size.back().pids;
  for (std::size_t at = by_size.size(); at-- > 0 && !usual_;) {
    const auto alike_end =
        std::ranges::upper_bound(by_size, by_size[at].pids * kLikeTimes, {}, &Burst::pids);
    const auto alike = std::span(
        std::ranges::lower_bound(by_size, by_size[at].pids / kLikeTimes, {}, &Burst::pids),
        alike_end);
    if (by_size[at].pids > kNextSize * last) continue;
    last = by_size[at].pids;
    seen.clear();
    for (const Burst& burst : alike) seen.push_back(burst.day);
    if (!days_.cover(seen, kWellSeen)) continue;
    seen.clear();
    for (const Trace& trace : traces_)
      if (trace.pids >= by_size[at].pids / kLikeTimes &&
          trace.pids <= by_size[at].pids * kLikeTimes)
        seen.push_back(trace.day);
    if (!days_.cover(seen)) continue;
    usual_ = true;
    rate_ = static_cast<double>(alike_end - by_size.begin()) / judged;
    std::vector<double> logs;
    for (const Burst& burst : alike) logs.push_back(std::log(burst.pids));
    size_ = usual_size(logs);
  }
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
  const double by_chance = chance(number, largest, window.width(), told);
  told.rest_excess = rest.excess;
  told.rest_score = rest.excess > 0 ? scan_.score(rest) : 0;
  return std::min(window.score, std::max(by_chance, told.rest_score));
}

// -log10 of that of so many bursts in so many intervals, and of one as large among them.
double DailyBursts::chance(double number, double largest, std::size_t intervals,
                           Steps& steps) const {
  steps.number = number;
  steps.mean = rate_ * static_cast<double>(intervals);
  steps.deviations = size_.deviations(largest);
  steps.degrees = size_.degrees;
  const double size = surprise_of_t(steps.deviations, steps.degrees);
  steps.chance = surprise_of_number(number, steps.mean) + std::max(0.0, size - std::log10(number));
  return steps.chance;
}

double DailyBursts::explained(double excess, std::size_t intervals, double score) const {
  if (!usual_) return score;
  const double some = std::max(1.0, std::round(excess / std::exp(size_.middle)));
  Steps steps;
  for (const double number : {1.0, some})
    score = std::min(score, chance(number, excess / number, intervals, steps));
  return score;
}

// Whether so much in these intervals may be work of most days: it came at another time too, and so
// far on as many days as if it were.
bool DailyBursts::may_be_daily(const Window& work, const std::vector<bool>& running) const {
  const Timestamp start = clock_.ticks[work.begin].time;
  const Timestamp stop = clock_.ticks[work.end].time;
  const auto alike = [&](double other) {
    return other >= work.excess / kLikeTimes && other <= work.excess * kLikeTimes;
  };
  std::vector<std::int64_t> dates = {days_.date_of(work.begin)};
  for (const Burst& burst : bursts_) {
    const bool beside = clock_.ticks[burst.begin].time < stop + kApart &&
                        clock_.ticks[burst.end].time > start - kApart;
    if (alike(burst.pids) && !beside && !running[burst.begin]) dates.push_back(burst.date);
  }
  if (dates.size() == 1 || !days_.may_cover(dates, kWellSeen)) return false;
  for (const Trace& trace : traces_)
    if (alike(trace.pids)) dates.push_back(trace.date);
  return days_.may_cover(dates);
}

Window DailyBursts::without_possible(const Window& window, const std::vector<bool>& running) const {
  Window rest = window;
  if (!days_.are_few()) return rest;
  if (may_be_daily(window, running)) {
    rest.excess = 0;
    return rest;
  }
  auto burst = std::ranges::upper_bound(bursts_, window.begin, {}, &Burst::end);
  for (; burst != bursts_.end() && burst->begin < window.end; ++burst) {
    const Window work{burst->begin, burst->end, burst->pids};
    if (!may_be_daily(work, running)) continue;
    const std::uint32_t end = std::min(burst->end, window.end);
    for (std::uint32_t i = std::max(burst->begin, window.begin); i < end; ++i)
      rest.excess -= scan_.measure(i, i + 1).excess;
  }
  return rest;
}

}  // namespace pidometer
