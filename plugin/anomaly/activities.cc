#include "plugin/anomaly/activities.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tick_finding.h"

namespace pidometer {
namespace {

// A quiet interval or two between two bursts is a pause of one work, not its end.
constexpr std::uint32_t kQuietIntervals = 2;

bool belongs(const PidClock& clock, std::uint32_t end, std::uint32_t begin) {
  if (begin > end + kQuietIntervals) return false;
  for (std::uint32_t i = end; i < begin; ++i)
    if (clock.intervals[i].state == IntervalState::boot) return false;
  return true;
}

Anomaly summary_of(const PidClock& clock, const std::vector<Anomaly*>& parts) {
  std::uint32_t begin = parts.front()->window_first_tick;
  std::uint32_t end = parts.front()->window_last_tick;
  for (const Anomaly* part : parts) {
    begin = std::min(begin, part->window_first_tick);
    end = std::max(end, part->window_last_tick);
  }
  Anomaly sum = finding_between(clock, AnomalyKind::activity, begin, end);
  double excess = 0;
  ExcessVariance variance;
  for (const Anomaly* part : parts) {
    excess += part->window_excess;
    sum.parts_excess += part->excess_pids;
    variance.add({part->window_variance, part->window_few, part->window_degrees});
    sum.level = std::max(sum.level, part->level);
    sum.score = std::max(sum.score, part->score);
    sum.score_log = std::max(sum.score_log, part->score_log);
  }
  sum.intervals = end - begin;
  // the clock may have gone back between its findings: a window never ends before it starts
  if (sum.window_end < sum.window_start) std::swap(sum.window_start, sum.window_end);
  set_excess(sum, excess, variance);
  // rounded once, where nothing lies beside the findings
  if (std::ranges::all_of(parts, [](const Anomaly* part) {
        return part->window_last_tick - part->window_first_tick == part->intervals;
      }))
    sum.parts_excess = sum.excess_pids;
  return sum;
}

}  // namespace

void add_activities(const PidClock& clock, std::vector<Anomaly>& anomalies) {
  std::vector<Anomaly*> excesses;
  for (Anomaly& a : anomalies)
    if (a.kind == AnomalyKind::pid_excess ||
        (a.kind == AnomalyKind::record_gap && a.window_excess > 0))
      excesses.push_back(&a);
  std::ranges::sort(excesses, {}, [](const Anomaly* a) {
    return std::pair(a->window_first_tick, a->first_record);
  });
  std::vector<Anomaly> sums;
  for (std::size_t begin = 0; begin < excesses.size();) {
    std::size_t end = begin + 1;
    while (end < excesses.size() &&
           belongs(clock, excesses[end - 1]->window_last_tick, excesses[end]->window_first_tick))
      ++end;
    const std::vector<Anomaly*> parts(excesses.begin() + static_cast<std::ptrdiff_t>(begin),
                                      excesses.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
    const Anomaly& only = *parts.front();
    if (parts.size() == 1 && only.window_last_tick - only.window_first_tick == only.intervals)
      continue;
    Anomaly sum = summary_of(clock, parts);
    sum.activity = static_cast<std::uint32_t>(sums.size() + 1);
    for (Anomaly* part : parts) part->activity = sum.activity;
    sums.push_back(std::move(sum));
  }
  std::ranges::move(sums, std::back_inserter(anomalies));
}

}  // namespace pidometer
