#include "plugin/anomaly/job_habit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/unseen_events.h"

namespace pidometer {
namespace {

// Intervals this far out are remembered; a habit is judged at half of a finding's deviations, and
// findings are further out than twice this.
constexpr double kFar = 1.5;
constexpr double kFarPids = 0.5;

// Another interval is like this one if its excess is from so large a share of it to so many times
// it.
constexpr double kLikeShare = 0.5;
constexpr double kLikeTimes = 3;

// A habit: seen at least twice elsewhere (once is an intruder who came twice) and in one of fifty
// runs: what is rarer lies beyond the 2% point, up to which the scores are calibrated for all jobs
// together. Three times as frequent as beside other jobs, and more often than chance makes it in
// one of twenty jobs: a choice between an alarm at each long backup and an intruder who is taken
// for one, not a measurement.
constexpr double kLeastSeen = 2;
constexpr double kLeastFrequent = 0.02;
constexpr double kMoreFrequent = 3;

// What happened within half a day of a finding is part of the same work, not of a habit.
constexpr std::chrono::hours kApart{12};
constexpr std::size_t kMostNear = 1440;  // ticks; more lie there where a clock was set back often

// The main interval of a window holds so much of its excess.
constexpr double kMainShare = 0.55;

}  // namespace

JobHabit::JobHabit(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
    : clock_(clock), baseline_(baseline), scan_(scan) {
  std::vector<Far> far;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    const Interval& interval = clock.intervals[i];
    if (interval.state != IntervalState::judged) continue;
    ++judged_;
    if (const auto deviations = far_out(i))
      far.push_back({baseline.expected[i].comparable, *deviations, i});
  }
  // side by side by comparable; what is asked for is sorted when it is asked for
  starts_.assign(baseline.comparables.size() + 1, 0);
  for (const Far& f : far) ++starts_[f.comparable + 1U];
  for (std::size_t c = 1; c < starts_.size(); ++c) starts_[c] += starts_[c - 1];
  sorted_.assign(baseline.comparables.size(), false);
  far_.resize(far.size());
  std::vector<std::uint32_t> place(starts_.begin(), starts_.end());
  for (const Far& f : far) far_[place[f.comparable]++] = f;
}

// Deviations of an interval that is to be remembered.
std::optional<double> JobHabit::far_out(std::uint32_t i) const {
  if (!teaches(clock_.intervals[i])) return std::nullopt;
  const Window window = scan_.measure(i, i + 1);
  if (window.excess < kFarPids || window.excess * window.excess < kFar * kFar * window.variance)
    return std::nullopt;
  return window.excess / std::sqrt(window.variance);
}

// Like intervals beside the same jobs that belong to the same work, itself among them.
double JobHabit::near_by(std::uint32_t interval, double least, double most) const {
  const std::uint32_t comparable = baseline_.expected[interval].comparable;
  const Timestamp time = clock_.ticks[interval].time;
  double near = 0;
  const auto look = [&](std::size_t i) {
    if (std::chrono::abs(clock_.ticks[i].time - time) > kApart) return false;
    if (baseline_.expected[i].comparable != comparable) return true;
    const auto deviations = far_out(static_cast<std::uint32_t>(i));
    if (deviations && *deviations >= least && *deviations <= most) near += 1;
    return true;
  };
  for (std::size_t i = interval; i + 1 < clock_.ticks.size() && i < interval + kMostNear; ++i)
    if (!look(i)) break;
  for (std::size_t i = interval; i > 0 && interval - i < kMostNear; --i)
    if (!look(i - 1)) break;
  return near;
}

std::span<const JobHabit::Far> JobHabit::beside(std::uint32_t comparable) {
  const auto runs =
      std::span(far_).subspan(starts_[comparable], starts_[comparable + 1U] - starts_[comparable]);
  if (!sorted_[comparable])
    std::ranges::sort(runs, {}, [](const Far& f) { return std::pair(f.deviations, f.interval); });
  sorted_[comparable] = true;
  return runs;
}

double JobHabit::everywhere(double least, double most) {
  if (all_.empty()) {
    for (const Far& f : far_) all_.push_back(f.deviations);
    std::ranges::sort(all_);
  }
  return static_cast<double>(std::ranges::upper_bound(all_, most) -
                             std::ranges::lower_bound(all_, least));
}

double JobHabit::explained(const Window& window, SeenShare* share) {
  Window main = window;
  if (window.width() > 1) {
    for (std::uint32_t i = window.begin; i < window.end; ++i)
      if (const Window one = scan_.measure(i, i + 1); one.excess >= kMainShare * window.excess)
        main = one;
    if (main.width() > 1) return window.score;
  }
  const std::uint32_t id = baseline_.expected[main.begin].comparable;
  const Comparable& comparable = baseline_.comparables[id];
  const double like = kLikeShare * main.excess / std::sqrt(main.variance);
  if (like < kFar) return window.score;
  const auto own = static_cast<double>(comparable.samples);
  const double others = static_cast<double>(judged_) - own;
  if (others < own) return window.score;
  const std::span<const Far> runs = beside(id);
  const auto from = std::ranges::lower_bound(runs, like, {}, &Far::deviations);
  const double most = kLikeTimes / kLikeShare * like;
  const auto to = std::ranges::upper_bound(from, runs.end(), most, {}, &Far::deviations);
  // those near by only take from it: hardly a job has so many
  const auto all = static_cast<double>(to - from);
  if (all < kLeastSeen || all / own < kLeastFrequent) return window.score;
  const double near = near_by(main.begin, like, most);
  const double seen = all - near;
  if (seen < kLeastSeen) return window.score;
  const double elsewhere = (everywhere(like, most) - seen - near) / others;
  if (seen / own < kLeastFrequent || seen / own < kMoreFrequent * elsewhere) return window.score;
  if (may_be_chance(seen, own * std::max(elsewhere, kUnseenEvents / others))) return window.score;
  if (share != nullptr) *share = {seen + 1, own + 1};
  return std::min(window.score, -std::log10((seen + 1) / (own + 1)));
}

}  // namespace pidometer
