#include "plugin/anomaly/runs_by_label.h"

#include <utility>

namespace pidometer {
namespace {

// Labels are sorted; one that stands twice in a tick is one job.
template <typename Act>
void for_each_job(std::span<const std::uint32_t> labels, const Act& act) {
  for (std::size_t k = 0; k < labels.size(); ++k)
    if (k == 0 || labels[k] != labels[k - 1]) act(labels[k]);
}

}  // namespace

RunsByLabel::RunsByLabel(const PidClock& clock) {
  const ItemSets& sets = clock.item_sets;
  std::vector<std::uint32_t> of_set(sets.size());
  for (const Tick& tick : clock.ticks) ++of_set[tick.items];
  std::vector<std::uint32_t> next;
  for (std::uint32_t items = 0; items < of_set.size(); ++items)
    for_each_job(sets.labels(items), [&](std::uint32_t label) {
      if (label >= next.size()) next.resize(label + 1);
      next[label] += of_set[items];
    });
  std::uint32_t total = 0;
  for (std::uint32_t& count : next) {
    starts_.push_back(total);
    total += std::exchange(count, total);
  }
  starts_.push_back(total);
  ticks_.resize(total);
  for (std::uint32_t i = 0; i < clock.ticks.size(); ++i)
    for_each_job(sets.labels(clock.ticks[i].items),
                 [&](std::uint32_t label) { ticks_[next[label]++] = i; });
}

}  // namespace pidometer
