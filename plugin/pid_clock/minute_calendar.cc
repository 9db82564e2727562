#include "plugin/pid_clock/minute_calendar.h"

#include <algorithm>
#include <iterator>

namespace pidometer {
namespace {

// 16 MiB of bits are 255 years. A log that says it spans more has a broken clock.
constexpr LocalMinute kMostMinutes = LocalMinute{1} << 27;

// The table takes no more memory than the list would.
constexpr std::uint64_t kMinutesATick = 4;

}  // namespace

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

std::uint64_t MinuteCalendar::used_from(LocalMinute minute) const {
  constexpr LocalMinute kWord = 64;
  const LocalMinute at = minute - first_;
  if (at <= -kWord || at > last_ - first_) return 0;
  if (at < 0) return used_from(first_) << static_cast<unsigned>(-at);
  const auto word = static_cast<std::size_t>(at / kWord);
  const auto shift = static_cast<unsigned>(at % kWord);
  std::uint64_t bits = words_[word] >> shift;
  if (shift > 0 && word + 1 < words_.size()) bits |= words_[word + 1] << (kWord - shift);
  return bits;
}

bool MinuteCalendar::any_used(LocalMinute first, LocalMinute last) const {
  constexpr LocalMinute kWord = 64;
  first = std::max(first, first_);
  last = std::min(last, last_);
  for (; first <= last; first += kWord) {
    std::uint64_t bits = used_from(first);
    if (const LocalMinute rest = last - first + 1; rest < kWord)
      bits &= (std::uint64_t{1} << static_cast<unsigned>(rest)) - 1;
    if (bits != 0) return true;
  }
  return false;
}

TickIndex::TickIndex(const std::vector<Tick>& ticks) {
  if (ticks.empty()) return;
  LocalMinute last = first_ = local_minute_of(ticks.front());
  for (const Tick& tick : ticks) {
    const LocalMinute minute = local_minute_of(tick);
    first_ = std::min(first_, minute);
    last = std::max(last, minute);
  }
  if (static_cast<std::uint64_t>(last - first_) / kMinutesATick < ticks.size()) {
    table_.assign(static_cast<std::size_t>(last - first_) + 1, kNoTick);
    for (std::uint32_t i = 0; i < ticks.size(); ++i) {
      std::uint32_t& place = table_[static_cast<std::size_t>(local_minute_of(ticks[i]) - first_)];
      place = std::min(place, i);
    }
    return;
  }
  by_minute_.reserve(ticks.size());
  for (std::uint32_t i = 0; i < ticks.size(); ++i)
    by_minute_.emplace_back(local_minute_of(ticks[i]), i);
  if (!std::ranges::is_sorted(by_minute_)) std::ranges::sort(by_minute_);
}

std::uint32_t TickIndex::before(LocalMinute minute, LocalMinute most) const {
  if (table_.empty()) {
    const auto found = std::ranges::lower_bound(by_minute_, std::pair{minute, std::uint32_t{0}});
    if (found == by_minute_.begin()) return kNoTick;
    const LocalMinute nearest = std::prev(found)->first;
    return minute - nearest <= most ? find(nearest) : kNoTick;
  }
  for (LocalMinute k = 1; k <= most; ++k)
    if (const std::uint32_t tick = at(minute - k); tick != kNoTick) return tick;
  return kNoTick;
}

std::uint32_t TickIndex::behind(LocalMinute minute, LocalMinute most) const {
  if (table_.empty()) {
    const auto found =
        std::ranges::lower_bound(by_minute_, std::pair{minute + 1, std::uint32_t{0}});
    return found != by_minute_.end() && found->first - minute <= most ? found->second : kNoTick;
  }
  for (LocalMinute k = 1; k <= most; ++k)
    if (const std::uint32_t tick = at(minute + k); tick != kNoTick) return tick;
  return kNoTick;
}

std::uint32_t TickIndex::find(LocalMinute minute) const {
  const auto found = std::ranges::lower_bound(by_minute_, std::pair{minute, std::uint32_t{0}});
  return found != by_minute_.end() && found->first == minute ? found->second : kNoTick;
}

}  // namespace pidometer
