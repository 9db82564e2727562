#include "plugin/anomaly/job_runs.h"

#include <cstdint>

namespace pidometer {

std::vector<std::size_t> count_runs(const PidClock& clock) {
  std::vector<std::size_t> of_set(clock.item_sets.size());
  for (const Tick& tick : clock.ticks) ++of_set[tick.items];
  std::vector<std::size_t> runs;
  for (std::uint32_t set = 0; set < of_set.size(); ++set)
    for (const std::uint32_t label : clock.item_sets.labels(set)) {
      if (label >= runs.size()) runs.resize(std::size_t{label} + 1);
      runs[label] += of_set[set];
    }
  return runs;
}

}  // namespace pidometer
