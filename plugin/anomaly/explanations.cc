#include "plugin/anomaly/explanations.h"

#include <algorithm>

#include "plugin/anomaly/job_runs.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// What is less surprising than this in one interval needs no explanation.
constexpr double kSurprising = 3;

}  // namespace

// The score that jobs leave of a surprising interval; kNot where they do not make it less so.
double Explanations::left_by_jobs(std::uint32_t interval, bool by_odd) {
  Window single = scan_.measure(interval, interval + 1);
  if (single.excess <= 0) return kNot;
  single.score = scan_.score(single);
  if (single.score < kSurprising) return kNot;
  const double left =
      std::min({learnt_->spill.explained(single, nullptr, by_odd), learnt_->habit.explained(single),
                learnt_->totals.explained(single, nullptr, by_odd)});
  return left < kSurprising ? left : kNot;
}

float Explanations::by_jobs(std::uint32_t interval) {
  float& known = learnt_->by_jobs[interval];
  if (known == kUnknown) known = static_cast<float>(left_by_jobs(interval, true));
  return known;
}

// The tick of the last one that does not stand behind the window; kNoTick: none does.
std::uint32_t Explanations::last_odd_run(const Window& window) const {
  const auto runs = baseline_.odd_runs.runs();
  const auto behind = std::ranges::lower_bound(runs, window.end, {}, &OddRuns::Run::tick);
  return behind == runs.begin() ? kNoTick : (behind - 1)->tick;
}

bool Explanations::behind_odd_run(const Window& window) const {
  const std::uint32_t tick = last_odd_run(window);
  if (tick == kNoTick) return false;
  if (tick >= window.begin) return true;
  // a clock that was ahead may have been set back between
  const auto passed = clock_.ticks[window.begin].time - clock_.ticks[tick].time;
  return passed.count() >= 0 && passed <= kBehindRun;
}

bool Explanations::holds_odd_run(const Window& window) const {
  const std::uint32_t tick = last_odd_run(window);
  return tick != kNoTick && tick >= window.begin;
}

Explanations::Learnt& Explanations::learnt() {
  if (!learnt_) learnt_ = std::make_unique<Learnt>(clock_, baseline_, scan_);
  return *learnt_;
}

LevelBound Explanations::bound(const Window& window) {
  if (const LevelBound bound = learnt().bounds.of(window); bound != LevelBound::none) return bound;
  const LevelBounds& bounds = learnt().bounds;
  const Window rest =
      learnt().bursts.without_possible(window, bounds.running(), bounds.once_pids());
  if (rest.excess >= window.excess) return LevelBound::none;
  return learnt().bounds.alarm(rest) ? LevelBound::none : LevelBound::few_days;
}

double Explanations::explained(const Window& window, ExplainedSteps* steps) {
  ExplainedSteps own;
  return explained(window, true, steps != nullptr ? *steps : own);
}

double Explanations::explained_without_odd(const Window& window) {
  // most logs: what each interval's jobs explain is known then
  if (baseline_.odd_runs.runs().empty()) return explained(window);
  ExplainedSteps own;
  return explained(window, false, own);
}

double Explanations::explained(const Window& window, bool by_odd, ExplainedSteps& told) {
  learnt();
  Window rest = window;
  rest.score = std::min({learnt_->spill.explained(window, &told.spill, by_odd),
                         learnt_->habit.explained(window, &told.habit),
                         learnt_->totals.explained(window, &told.totals, by_odd)});
  if (window.width() > 1) {
    for (std::uint32_t i = window.begin; i < window.end; ++i) {
      const double left = by_odd ? static_cast<double>(by_jobs(i)) : left_by_jobs(i, by_odd);
      if (left == kNot) continue;
      told.without_jobs = true;
      rest.excess -= scan_.measure(i, i + 1).excess;
      told.jobs_chance = std::max(told.jobs_chance, left);
    }
    if (told.without_jobs) {
      told.rest_excess = rest.excess;
      told.rest_score = rest.excess > 0 ? scan_.score(rest) : 0;
      rest.score = std::min(rest.score, std::max(told.jobs_chance, told.rest_score));
    }
  }
  return learnt_->bursts.explained(rest, &told.bursts);
}

double Explanations::explained(const Window& gap, std::size_t intervals,
                               std::span<const std::uint32_t> like) {
  if (gap.score < kSurprising) return gap.score;
  learnt();
  double score = learnt_->spill.explained(gap);
  Window one = gap;
  // no gap has more kinds of intervals than a host has in a day, unless it was made up
  constexpr std::size_t kMostKinds = 64;
  for (const std::uint32_t tick : like.first(std::min(like.size(), kMostKinds))) {
    one.begin = tick;
    one.end = tick + 1;
    score = std::min(score, learnt_->habit.explained(one));
  }
  return learnt_->bursts.explained(gap.excess, intervals, score);
}

}  // namespace pidometer
