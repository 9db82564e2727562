#include "plugin/anomaly/edited_times.h"

#include <algorithm>
#include <chrono>

namespace pidometer {
namespace {

// Neighbours fit one another if as much time lies between them as between the ticks around them,
// twice, and a minute. A real step of the clock moves all that follows, and they do not.
constexpr int kTimesUsual = 2;
constexpr std::chrono::seconds kSlack{60};
constexpr std::chrono::seconds kLeastApart{60};

// Where the two readings of an edited line could be either one's, the clock may have been set by a
// tick's distance: nobody is accused of that. The edit must be beyond it.
bool fits(const PidClock& clock, std::uint32_t before, std::uint32_t tick, std::uint32_t behind) {
  const std::vector<Tick>& ticks = clock.ticks;
  const auto across = ticks[behind].time - ticks[before].time;
  auto usual = std::chrono::microseconds(0);
  if (before > 0) usual = std::max(usual, ticks[before].time - ticks[before - 1].time);
  if (behind + 1 < ticks.size())
    usual = std::max(usual, ticks[behind + 1].time - ticks[behind].time);
  // the edited tick ran between them: a clock set back by a tick or two runs a minute again instead
  if (across < kLeastApart || across > kTimesUsual * usual + kSlack) return false;
  if (ticks[tick].pid < ticks[before].pid || ticks[tick].pid > ticks[behind].pid) return false;
  // out by more than the neighbours' whole distance, or it could be a small step of the clock
  const auto out = ticks[tick].time > ticks[behind].time ? ticks[tick].time - ticks[behind].time
                                                         : ticks[before].time - ticks[tick].time;
  return out > across + kSlack;
}

}  // namespace

std::vector<EditedTime> find_edited_times(const PidClock& clock) {
  std::vector<EditedTime> found;
  for (std::uint32_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::clock_step) continue;
    // tick i lies in the future, or tick i + 1 in the past
    if (i > 0 && fits(clock, i - 1, i, i + 1))
      found.push_back({i, i});
    else if (i + 2 < clock.ticks.size() && fits(clock, i, i + 1, i + 2))
      found.push_back({i, i + 1});
  }
  return found;
}

}  // namespace pidometer
