#include "plugin/baseline/known_sets.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/baseline/unseen_events.h"

namespace pidometer {
namespace {

// Common groups that are looked through for one job: those of which the most intervals are known.
// A job of every minute may stand in thousands.
constexpr std::size_t kMostGroups = 64;

}  // namespace

KnownSets::KnownSets(const PidClock& clock, const IntervalGroups& groups, double least_rate)
    : clock_(clock),
      groups_(groups),
      least_rate_(least_rate),
      runs_(groups.seen.size()),
      common_(groups.seen.size()) {
  std::vector<std::uint32_t> by_size;
  for (std::uint32_t g = 0; g < groups.groups.size(); ++g)
    if (groups.groups[g].common) by_size.push_back(g);
  std::ranges::stable_sort(by_size, [&](std::uint32_t a, std::uint32_t b) {
    return groups.groups[a].core.n > groups.groups[b].core.n;
  });
  for (const std::uint32_t g : by_size)
    for (const std::uint32_t label : clock.item_sets.labels(groups.groups[g].items)) {
      runs_[label] += static_cast<std::uint32_t>(groups.groups[g].core.n);
      if (common_[label].size() < kMostGroups) common_[label].push_back(g);
    }
}

std::size_t KnownSets::times(std::uint32_t items, std::uint32_t label) const {
  const auto labels = clock_.item_sets.labels(items);
  const auto [first, last] = std::equal_range(labels.begin(), labels.end(), label);
  return static_cast<std::size_t>(last - first);
}

// What an interval of `group` would cost at most, had it the jobs of a common one: in a longer one
// the jobs cost the same, and what goes on beside them in proportion; each child that cron forks
// for the next tick is a PID.
double KnownSets::at_most(double pids, const IntervalGroup& common, const IntervalGroup& group) {
  const double longer =
      std::max<double>(1, group.half_minutes) / std::max<double>(1, common.half_minutes);
  return pids * std::max(1.0, longer) + std::max(0, int{group.next_jobs} - int{common.next_jobs});
}

// The dearest interval that a set of jobs begins, of whatever length.
void KnownSets::add_dearest(const IntervalGroup& common, const IntervalGroup& group,
                            KnownCost& cost) const {
  double dearest = 0;
  std::size_t runs = 0;
  for (const std::uint32_t g : common_[rarest_label(clock_, groups_, common)]) {
    const IntervalGroup& like = groups_.groups[g];
    if (like.items != common.items) continue;
    runs += like.core.n;
    for (std::uint32_t k = like.begin; k < like.end; ++k)
      if (const Interval& one = clock_.intervals[groups_.order[k]]; teaches(one))
        dearest = std::max(dearest, at_most(one.advance, like, group));
  }
  cost.dearest += dearest;
  cost.runs = cost.runs == 0 ? runs : std::min(cost.runs, runs);
}

// The common group that has all of the group's jobs, each as often, and costs least; null: there is
// none.
const IntervalGroup* KnownSets::cheapest_of_all(const IntervalGroup& group) const {
  const auto labels = clock_.item_sets.labels(group.items);
  const IntervalGroup* best = nullptr;
  for (const std::uint32_t g : common_[rarest_label(clock_, groups_, group)]) {
    const IntervalGroup& common = groups_.groups[g];
    if ((best == nullptr || at_most(common, group) < at_most(*best, group)) &&
        std::ranges::includes(clock_.item_sets.labels(common.items), labels))
      best = &common;
  }
  return best;
}

const IntervalGroup* KnownSets::cheapest(std::uint32_t label, const IntervalGroup& group) const {
  const auto cost = [&](std::uint32_t g) { return at_most(groups_.groups[g], group); };
  return &groups_.groups[*std::ranges::min_element(common_[label], {}, cost)];
}

// Common groups that hold all of the group's jobs together. Of two runs of a job a set that holds
// it once tells of one.
std::vector<const IntervalGroup*> KnownSets::cover_of(const IntervalGroup& group) const {
  std::vector<const IntervalGroup*> cover;
  if (const IntervalGroup* all = cheapest_of_all(group); all != nullptr) cover.push_back(all);
  const auto labels = clock_.item_sets.labels(group.items);
  std::vector<std::uint32_t> rarest_first(labels.begin(), labels.end());
  rarest_first.erase(std::unique(rarest_first.begin(), rarest_first.end()), rarest_first.end());
  std::ranges::stable_sort(rarest_first, {}, [&](std::uint32_t l) { return groups_.seen[l]; });
  for (const std::uint32_t label : rarest_first) {
    const std::size_t all = times(group.items, label);
    std::size_t held = 0;
    for (const IntervalGroup* one : cover) held += times(one->items, label);
    if (held >= all) continue;
    const IntervalGroup* more = cheapest(label, group);
    for (; held < all; held += times(more->items, label)) cover.push_back(more);
  }
  return cover;
}

std::optional<KnownCost> KnownSets::of(const IntervalGroup& group, bool with_dearest) const {
  const auto labels = clock_.item_sets.labels(group.items);
  if (labels.empty()) return std::nullopt;
  for (const std::uint32_t label : labels)
    if (runs_[label] < kKnownRuns) return std::nullopt;
  const std::vector<const IntervalGroup*> cover = cover_of(group);
  KnownCost cost;
  double uncertain = 0;  // of the variance (Satterthwaite 1946)
  for (const IntervalGroup* common : cover) {
    const auto n = static_cast<double>(common->core.core_n);
    const double degrees = std::max(1.0, n - 1);
    const double longer = std::max(1.0, at_most(*common, group) / std::max(1.0, common->core.mean));
    // of an interval, and of the mean that n taught
    const double variance =
        std::max(common->core.square_sum / degrees, kUnseenEvents / n) * (1 + 1 / n) * longer;
    cost.most += at_most(*common, group);
    if (with_dearest) add_dearest(*common, group, cost);
    cost.variance += variance;
    uncertain += variance * variance / degrees;
  }
  constexpr double kHalfMinute = 30;
  const double twice =
      kHalfMinute * least_rate_ * group.half_minutes * static_cast<double>(cover.size() - 1);
  cost.most -= twice;
  cost.dearest -= twice;
  cost.degrees = cost.variance * cost.variance / uncertain;
  return cost;
}

}  // namespace pidometer
