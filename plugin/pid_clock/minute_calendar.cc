#include "plugin/pid_clock/minute_calendar.h"

#include <algorithm>
#include <chrono>

namespace pidometer {
namespace {

// 16 MiB of bits are 255 years. A log that says it spans more has a broken clock.
constexpr LocalMinute kMostMinutes = LocalMinute{1} << 27;

}  // namespace

LocalMinute local_minute_of(const Tick& tick) {
  const LocalMinute utc =
      std::chrono::floor<std::chrono::minutes>(tick.time).time_since_epoch().count();
  // the tick knows its minute of the local day; zones differ from UTC by less than half a day west
  // and 14 hours east (base/time_zone.h)
  LocalMinute offset = tick.minute - (utc % kLocalDay + kLocalDay) % kLocalDay;
  constexpr LocalMinute kFarthestEast = 14 * 60;
  if (offset > kFarthestEast) offset -= kLocalDay;
  if (offset <= kFarthestEast - kLocalDay) offset += kLocalDay;
  return utc + offset;
}

MinuteCalendar::MinuteCalendar(const std::vector<Tick>& ticks) {
  if (ticks.empty()) return;
  first_ = last_ = local_minute_of(ticks.front());
  for (const Tick& tick : ticks) {
    const LocalMinute minute = local_minute_of(tick);
    first_ = std::min(first_, minute);
    last_ = std::max(last_, minute);
  }
  if (last_ - first_ >= kMostMinutes) {
    last_ = first_ - 1;
    return;
  }
  words_.resize(static_cast<std::size_t>(last_ - first_) / 64 + 1);
  for (const Tick& tick : ticks) {
    const auto bit = static_cast<std::uint64_t>(local_minute_of(tick) - first_);
    words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

TickIndex::TickIndex(const std::vector<Tick>& ticks) {
  by_minute_.reserve(ticks.size());
  for (std::uint32_t i = 0; i < ticks.size(); ++i)
    by_minute_.emplace_back(local_minute_of(ticks[i]), i);
  std::ranges::sort(by_minute_);
}

std::uint32_t TickIndex::at(LocalMinute minute) const {
  const auto found = std::ranges::lower_bound(by_minute_, std::pair{minute, std::uint32_t{0}});
  return found != by_minute_.end() && found->first == minute ? found->second : kNoTick;
}

}  // namespace pidometer
