#include "plugin/anomaly/job_spill.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "plugin/anomaly/job_runs.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/unseen_events.h"

namespace pidometer {
namespace {

constexpr double kMostRunsADay = 3;
constexpr std::size_t kLeastRuns = 3;  // "followed now and then" is not known from fewer

// Another run explains this one if it was followed by so large a share of it.
constexpr double kLikeShare = 0.5;

// Runs must be followed more often than any other hour is, or an intruder's own work in the same
// hour of two nights would explain that of the third; and once is an intruder who came twice.
constexpr double kLeastFollowed = 2;
constexpr std::size_t kLeastOften = 3;  // the least number that is more

// An hour of a line a minute has thirty bursts at most, side by side they are one; and no host
// starts thousands of rare jobs in an hour. A forged log may: what is further off there explains
// nothing, which is a row more and never one less.
constexpr std::ptrdiff_t kMostBursts = 128;
constexpr std::size_t kMostSteps = 8192;  // of one window: runs before it and bursts behind those

constexpr double kHourSeconds = 3600;

}  // namespace

JobSpill::JobSpill(const PidClock& clock, const OddRuns& odd, const WindowScan& scan)
    : clock_(clock), scan_(scan) {
  std::vector<std::size_t> label_count = count_runs(clock);
  for (const OddRuns::Run& run : odd.runs()) --label_count[run.label];
  const double most = kMostRunsADay * std::max(1.0, scan.days());
  const auto rare = [&](std::uint32_t label) {
    return label_count[label] >= kLeastRuns && static_cast<double>(label_count[label]) <= most;
  };
  std::vector<bool> rare_set(clock.item_sets.size(), false);
  for (std::uint32_t set = 0; set < rare_set.size(); ++set)
    rare_set[set] = std::ranges::any_of(clock.item_sets.labels(set), rare);

  find_bursts();
  starts_.assign(label_count.size() + 1, 0);
  for (std::uint32_t t = 0; t + 1 < clock.ticks.size(); ++t) {
    if (!rare_set[clock.ticks[t].items]) continue;
    const Largest largest = largest_after(t);
    for (const std::uint32_t label : clock.item_sets.labels(clock.ticks[t].items)) {
      if (!rare(label)) continue;
      by_tick_.push_back({label, t, largest, odd.odd(t, label)});
      if (!by_tick_.back().odd) ++starts_[label + 1U];
    }
  }
  for (std::size_t label = 1; label < starts_.size(); ++label) starts_[label] += starts_[label - 1];
  for (auto& sizes : followed_by_) sizes.resize(starts_.back());
  std::vector<std::size_t> place(starts_.begin(), starts_.end());
  for (const JobRun& run : by_tick_) {
    if (run.odd) continue;
    const std::size_t at = place[run.label]++;
    for (std::size_t rank = 0; rank < kRanks; ++rank) followed_by_[rank][at] = run.largest[rank];
  }
  known_size_.assign(label_count.size(), -1);
  for (std::uint32_t label = 0; label < label_count.size(); ++label) {
    for (std::size_t rank = 0; rank < kRanks; ++rank) std::ranges::sort(sizes_of(label, rank));
    const auto sizes = sizes_of(label, 0);
    if (sizes.size() >= kLeastOften) known_size_[label] = sizes[sizes.size() - kLeastOften];
  }
}

// Stretches of intervals that are far out, in the order of the log: side by side they are one piece
// of work.
void JobSpill::find_bursts() {
  double seconds = 0;
  for (std::uint32_t i = 0; i + 1 < clock_.ticks.size(); ++i) {
    if (clock_.intervals[i].state != IntervalState::judged) {
      breaks_.push_back(i);
      continue;
    }
    seconds += clock_.intervals[i].seconds;
    const Window one = scan_.measure(i, i + 1);
    if (one.excess < work_bound(one)) continue;
    if (!bursts_.empty() && bursts_.back().end == i) {
      bursts_.back().end = i + 1;
      bursts_.back().pids += one.excess;
    } else {
      bursts_.push_back({i, i + 1, one.excess});
    }
  }
  hours_ = std::max(1.0, seconds / kHourSeconds);
  for (const Burst& burst : bursts_) sizes_.push_back(burst.pids);
  std::ranges::sort(sizes_);
}

// The bursts that begin within the hour after a tick, up to the first break.
std::span<const JobSpill::Burst> JobSpill::after(std::uint32_t tick) const {
  const auto begin = std::ranges::lower_bound(bursts_, tick, {}, &Burst::begin);
  const auto most = bursts_.end() - begin > kMostBursts ? begin + kMostBursts : bursts_.end();
  const auto next_break = std::ranges::lower_bound(breaks_, tick);
  auto end = begin;
  while (end != most && clock_.ticks[end->begin].time - clock_.ticks[tick].time <= kBehindRun &&
         (next_break == breaks_.end() || end->begin <= *next_break))
    ++end;
  return {begin, end};
}

JobSpill::Largest JobSpill::largest_after(std::uint32_t tick) const {
  Largest largest{};
  for (const Burst& burst : after(tick)) {
    double pids = burst.pids;
    for (double& next : largest)
      if (pids > next) std::swap(pids, next);
  }
  return largest;
}

// Whether so many of `runs` are followed by `count` bursts of that size as any other hours would
// be.
bool JobSpill::by_chance(double pids, std::size_t count, double followed, double runs) const {
  const auto alike = static_cast<double>(sizes_.end() - std::ranges::lower_bound(sizes_, pids));
  const auto number = static_cast<double>(count);
  const double elsewhere = std::max(0.0, alike - followed * number);
  // of a Poisson number in an hour, the term that matters where it is small
  const double rate = (elsewhere + kUnseenEvents) / std::max(1.0, hours_ - runs);
  const double chance = std::min(1.0, std::pow(rate, number) / std::tgamma(number + 1));
  return may_be_chance(followed, chance * runs);
}

// Runs of a job that were followed by at least `rank` + 1 bursts of that size.
double JobSpill::followed(std::uint32_t label, std::size_t rank, double pids) const {
  const std::span sizes = std::span(followed_by_[rank]).subspan(starts_[label], runs_of(label));
  return static_cast<double>(sizes.end() - std::ranges::lower_bound(sizes, pids));
}

// The smallest bursts of at least `like` PIDs after a tick that are not of the window, rising.
JobSpill::Beside JobSpill::beside(std::span<const Burst> behind, const Window& window,
                                  double like) {
  Beside smallest;
  smallest.fill(std::numeric_limits<double>::infinity());
  for (const Burst& burst : behind) {
    if (burst.pids < like || (burst.end > window.begin && burst.begin < window.end)) continue;
    double pids = burst.pids;
    for (double& next : smallest)
      if (pids < next) std::swap(pids, next);
  }
  return smallest;
}

// The score of what is beyond the largest excess behind another run, which a run at an odd minute
// does not explain; of a gap, which is no window, all of it.
double JobSpill::beyond_dearest(const JobRun& run, Window window, Steps& told) const {
  told.dearest = followed_by_[0][starts_[run.label + 1U] - 1];
  told.beyond = window.excess - kDearer * told.dearest;
  if (told.beyond <= 0) return 0;
  if (clock_.intervals[window.begin].state != IntervalState::judged) return window.score;
  const double own = std::max(0.0, scan_.calibration().without_level(window).beyond);
  window.excess = std::min(window.excess, told.beyond + own);
  return scan_.score(window);
}

double JobSpill::explained(const Window& window, Steps* steps, bool by_odd) const {
  double score = window.score;
  const Timestamp start = clock_.ticks[window.begin].time;
  const double like = kLikeShare * window.excess;
  auto run = std::ranges::upper_bound(by_tick_, window.begin, {}, &JobRun::tick);
  auto tick = static_cast<std::uint32_t>(clock_.ticks.size());  // none yet
  Beside smallest{};
  std::size_t looked_at = 0;
  while (run != by_tick_.begin() && looked_at < kMostSteps) {
    --run;
    ++looked_at;
    if (start - clock_.ticks[run->tick].time > kBehindRun || clock_.ticks[run->tick].time > start)
      break;
    if (run->tick != tick) {
      tick = run->tick;
      const std::span<const Burst> behind = after(tick);
      looked_at += behind.size();
      smallest = beside(behind, window, like);
    }
    if (run->odd && !by_odd) continue;
    // a run spends its PIDs once: what followed this one beside the window counts, where it may be
    // the job's
    std::size_t spent = 0;
    while (spent < kRanks && kLikeShare * smallest[spent] <= known_size_[run->label]) ++spent;
    if (spent >= kRanks) continue;
    double alike = followed(run->label, spent, like);
    if (!run->odd && run->largest[spent] >= like) alike -= 1;  // this run itself
    const auto runs = static_cast<double>(runs_of(run->label));
    const double others = run->odd ? runs : runs - 1;
    if (alike < kLeastFollowed) continue;
    Steps told{.share = {alike, runs}};
    double left = -std::log10(alike / runs);
    if (left >= score || by_chance(like, spent + 1, alike, others)) continue;
    if (run->odd) {
      told.beyond_score = beyond_dearest(*run, window, told);
      left = std::max(left, told.beyond_score);
      if (left >= score) continue;
    }
    if (steps != nullptr) *steps = told;
    score = left;
  }
  return score;
}

}  // namespace pidometer
