#include "plugin/baseline/few_runs.h"

#include <algorithm>
#include <chrono>

namespace pidometer {
namespace {

// Runs no further apart are one stretch of work: less than an hour, so that two runs of an hourly
// job are two.
constexpr std::chrono::minutes kOneStretch{50};

}  // namespace

FewRuns::FewRuns(const PidClock& clock, const IntervalGroups& groups, const OddRuns& odd)
    : first_(groups.seen.size() + 1, 0) {
  // A job that stands twice in a tick begins one interval.
  std::vector<std::size_t> begun(groups.seen.size(), 0);
  const auto for_each_job = [&](auto use) {
    for (const IntervalGroup& group : groups.groups) {
      const auto labels = clock.item_sets.labels(group.items);
      for (std::size_t k = 0; k < labels.size(); ++k)
        if (k == 0 || labels[k] != labels[k - 1]) use(group, labels[k]);
    }
  };
  for_each_job([&](const IntervalGroup& group, std::uint32_t label) {
    begun[label] += group.end - group.begin;
  });
  for (std::size_t label = 0; label < begun.size(); ++label)
    first_[label + 1] = first_[label] + (begun[label] < kKnownRuns ? begun[label] : 0);
  runs_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for_each_job([&](const IntervalGroup& group, std::uint32_t label) {
    if (begun[label] >= kKnownRuns) return;
    for (std::uint32_t k = group.begin; k < group.end; ++k) {
      Run& run = runs_[next[label]++];
      run.interval = groups.order[k];
      run.odd = odd.odd(run.interval, label);
    }
  });
  for (std::size_t label = 0; label < begun.size(); ++label) {
    const std::span<Run> own = std::span(runs_).subspan(first_[label], next[label] - first_[label]);
    std::ranges::sort(own, {}, &Run::interval);
    for (std::size_t k = 1; k < own.size(); ++k) {
      const auto apart = clock.ticks[own[k].interval].time - clock.ticks[own[k - 1].interval].time;
      own[k].stretch = own[k - 1].stretch + (apart > kOneStretch || apart < -kOneStretch ? 1U : 0U);
    }
  }
}

bool FewRuns::holds_unknown(const PidClock& clock, std::uint32_t items) const {
  return std::ranges::any_of(clock.item_sets.labels(items),
                             [&](std::uint32_t label) { return unknown(label); });
}

std::vector<std::uint32_t> FewRuns::teachers(const PidClock& clock, std::uint32_t label,
                                             std::uint32_t interval) const {
  std::vector<std::uint32_t> found;
  const std::span<const Run> all = runs(label);
  const auto own = std::ranges::find(all, interval, &Run::interval);
  if (own == all.end()) return found;
  for (const Run& run : all)
    if (run.stretch != own->stretch && !run.odd &&
        !holds_unknown(clock, clock.ticks[run.interval].items))
      found.push_back(run.interval);
  return found;
}

}  // namespace pidometer
