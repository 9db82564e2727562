#include "plugin/baseline/usual_bursts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "plugin/baseline/even_days.h"

namespace pidometer {
namespace {

// "Many times": Debian 12 has seven timers that come once or twice a day at no fixed time. Work of
// their size is told by itself (plugin/anomaly/daily_bursts.cc); taken for noise it would hide what
// is as large as one of them in each interval.
constexpr std::size_t kTimes = 8;

/// The largest sizes of a day, the largest first.
using Largest = std::array<double, kTimes>;

void add(Largest& day, double size) {
  const auto at = std::ranges::upper_bound(day, size, std::ranges::greater());
  if (at == day.end()) return;
  std::move_backward(at, day.end() - 1, day.end());
  *at = size;
}

// The mean of the days, none of them counted with more than three quarters have at most: what few
// days have more adds little to it.
double mean_of_days(std::vector<double> days) {
  const auto most = days.begin() + static_cast<std::ptrdiff_t>(EvenDays::kMostDays *
                                                               static_cast<double>(days.size()));
  std::ranges::nth_element(days, most);
  double sum = 0;
  for (const double day : days) sum += std::min(day, *most);
  return sum / static_cast<double>(days.size());
}

/// How far the fence stands above the median.
double reach(const IntervalGroup* group) {
  return group->core.fence_high - group->core.median;
}

class BurstFinder {
 public:
  BurstFinder(const PidClock& clock, IntervalGroups& groups)
      : clock_(clock), groups_(groups), days_(clock), largest_(days_.count()) {
    for (Largest& day : largest_) day.fill(0);
  }

  // What comes so often in groups whose fences reach as far as a group's, or less far, is its own:
  // what others do that vary more says nothing of it.
  void find() {
    if (days_.are_few()) return;
    std::vector<IntervalGroup*> common;
    for (IntervalGroup& group : groups_.groups)
      if (group.common) common.push_back(&group);
    std::ranges::sort(common, {}, reach);
    for (std::size_t begin = 0; begin < common.size();) {
      const double fence = reach(common[begin]);
      std::size_t end = begin;
      while (end < common.size() && reach(common[end]) <= fence) ++end;
      const auto alike = std::span(common).subspan(begin, end - begin);
      begin = end;
      const double bursts = reached(alike, fence);
      if (bursts <= fence) continue;
      for (IntervalGroup* group : alike) group->bursts = bursts;
      if (groups_.burst_ratio == 0)
        groups_.burst_ratio = ratio(std::span(common).first(end), bursts);
    }
  }

 private:
  template <typename Use>
  void each(std::span<IntervalGroup* const> some, Use use) const {
    for (const IntervalGroup* group : some)
      for (std::uint32_t k = group->begin; k < group->end; ++k)
        if (const std::uint32_t i = groups_.order[k]; teaches(clock_.intervals[i]))
          use(days_.place_of(i), clock_.intervals[i].advance - group->core.median);
  }

  // The size that comes so many times on most days, in these groups and those before.
  double reached(std::span<IntervalGroup* const> alike, double fence) {
    each(alike, [&](std::size_t day, double size) {
      if (size > fence) add(largest_[day], size);
    });
    std::vector<double> sizes;
    for (const Largest& day : largest_) sizes.push_back(day.back());
    return days_.reached(sizes);
  }

  // Geometric sizes of a mean of `more` beyond the least have this share that is larger by a PID.
  // One standard error more, as of a mean of so many.
  double ratio(std::span<IntervalGroup* const> some, double bursts) const {
    std::vector<double> count(days_.count(), 0);
    std::vector<double> beyond(days_.count(), 0);
    each(some, [&](std::size_t day, double size) {
      if (size < bursts) return;
      count[day] += 1;
      beyond[day] += size - bursts;
    });
    const double a_day = mean_of_days(count);
    const double error = 1 / std::sqrt(a_day * static_cast<double>(days_.count()));
    const double more = mean_of_days(beyond) / a_day * (1 + error);
    return more / (1 + more);
  }

  const PidClock& clock_;
  IntervalGroups& groups_;
  EvenDays days_;
  std::vector<Largest> largest_;  ///< of each day, in the groups so far
};

}  // namespace

void find_usual_bursts(const PidClock& clock, IntervalGroups& groups) {
  BurstFinder(clock, groups).find();
}

}  // namespace pidometer
