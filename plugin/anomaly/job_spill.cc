#include "plugin/anomaly/job_spill.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pidometer {
namespace {

constexpr double kMostRunsADay = 3;
constexpr std::size_t kLeastRuns = 3;  // "followed now and then" is not known from fewer
constexpr std::chrono::hours kFollows{1};

// Another run explains this one if it was followed by so large a share of it.
constexpr double kLikeShare = 0.5;

}  // namespace

JobSpill::JobSpill(const PidClock& clock, const WindowScan& scan) : clock_(clock) {
  std::vector<std::uint32_t> set_count(clock.item_sets.size(), 0);
  for (const Tick& tick : clock.ticks) ++set_count[tick.items];
  std::vector<std::size_t> label_count;
  for (std::uint32_t set = 0; set < set_count.size(); ++set)
    for (const std::uint32_t label : clock.item_sets.labels(set)) {
      if (label >= label_count.size()) label_count.resize(std::size_t{label} + 1, 0);
      label_count[label] += set_count[set];
    }
  const double most = kMostRunsADay * std::max(1.0, scan.days());
  const auto rare = [&](std::uint32_t label) {
    return label_count[label] >= kLeastRuns && static_cast<double>(label_count[label]) <= most;
  };
  std::vector<bool> rare_set(set_count.size(), false);
  for (std::uint32_t set = 0; set < set_count.size(); ++set)
    rare_set[set] = std::ranges::any_of(clock.item_sets.labels(set), rare);

  for (std::uint32_t t = 0; t + 1 < clock.ticks.size(); ++t) {
    if (!rare_set[clock.ticks[t].items]) continue;
    double excess = 0;
    for (std::uint32_t i = t; i + 1 < clock.ticks.size(); ++i) {
      if (clock.ticks[i].time - clock.ticks[t].time > kFollows) break;
      if (clock.intervals[i].state != IntervalState::judged) break;
      excess = std::max(excess, scan.measure(i, i + 1).excess);
    }
    for (const std::uint32_t label : clock.item_sets.labels(clock.ticks[t].items))
      if (rare(label)) by_tick_.push_back({label, t, excess});
  }
  by_label_ = by_tick_;
  std::ranges::sort(by_label_, [](const JobRun& a, const JobRun& b) {
    return std::pair(a.label, a.excess) < std::pair(b.label, b.excess);
  });
}

double JobSpill::explained(const Window& window) const {
  double score = window.score;
  const Timestamp start = clock_.ticks[window.begin].time;
  auto run = std::ranges::upper_bound(by_tick_, window.begin, {}, &JobRun::tick);
  while (run != by_tick_.begin()) {
    --run;
    if (start - clock_.ticks[run->tick].time > kFollows || clock_.ticks[run->tick].time > start)
      break;
    const auto first = std::ranges::lower_bound(by_label_, run->label, {}, &JobRun::label);
    const auto last = std::ranges::upper_bound(by_label_, run->label, {}, &JobRun::label);
    const auto like =
        std::lower_bound(first, last, kLikeShare * window.excess,
                         [](const JobRun& r, double excess) { return r.excess < excess; });
    auto followed = static_cast<double>(last - like);
    const auto others = static_cast<double>(last - first) - 1;
    if (run->excess >= kLikeShare * window.excess) followed -= 1;  // this run itself
    if (followed >= 1) score = std::min(score, -std::log10(followed / (others + 1)));
  }
  return score;
}

}  // namespace pidometer
