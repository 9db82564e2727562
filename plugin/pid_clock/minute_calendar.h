#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/pid_clock/tick.h"

namespace pidometer {

inline constexpr std::uint32_t kNoTick = 0xffffffffU;

/// Minutes since 1970 by the host's own wall clock.
using LocalMinute = std::int64_t;
inline constexpr LocalMinute kLocalHour = 60;
inline constexpr LocalMinute kLocalDay = 24 * kLocalHour;
inline constexpr LocalMinute kLocalWeek = 7 * kLocalDay;

/// Local minute in which a tick lies: that of its first reading, whose minute of the day it has.
inline LocalMinute local_minute_of(const Tick& tick) {
  const LocalMinute local =
      std::chrono::floor<std::chrono::minutes>(tick.time).time_since_epoch().count() +
      tick.utc_offset_minutes;
  // Its time may be another reading's, seconds away in the minute beside, or over midnight.
  LocalMinute off = (tick.minute - local) % kLocalDay;
  if (off > kLocalDay / 2) off -= kLocalDay;
  if (off < -kLocalDay / 2) off += kLocalDay;
  return local + off;
}

/// Days since 1970 by the host's own calendar.
inline std::int64_t local_day_of(const Tick& tick) {
  const LocalMinute minute = local_minute_of(tick);
  return (minute - tick.minute) / kLocalDay;
}

/// Which minutes of a log have a tick: a bit a minute.
class MinuteCalendar {
 public:
  explicit MinuteCalendar(const std::vector<Tick>& ticks);

  /// False where the times of the log span more than a calendar can hold: nothing is known then.
  bool known() const { return !words_.empty(); }

  bool used(LocalMinute minute) const {
    const LocalMinute at = minute - first_;
    if (at < 0 || at > last_ - first_) return false;
    const auto bit = static_cast<std::uint64_t>(at);
    return (words_[bit / 64] >> (bit % 64) & 1U) != 0;
  }

  /// used() of 64 minutes from `minute` on, its own in the lowest bit.
  std::uint64_t used_from(LocalMinute minute) const;

  /// Whether one of [first, last] is used.
  bool any_used(LocalMinute first, LocalMinute last) const;

  /// Whether the log reaches so far.
  bool covers(LocalMinute minute) const { return minute >= first_ && minute <= last_; }

 private:
  LocalMinute first_ = 0;
  LocalMinute last_ = -1;
  std::vector<std::uint64_t> words_;
};

/// Ticks by their local minute: a table of all minutes, or where a log has few ticks for its time a
/// sorted list.
class TickIndex {
 public:
  explicit TickIndex(const std::vector<Tick>& ticks);

  /// Index of the first tick in that minute; kNoTick where there is none.
  std::uint32_t at(LocalMinute minute) const {
    if (table_.empty()) return find(minute);
    const auto place = static_cast<std::uint64_t>(minute - first_);
    return place < table_.size() ? table_[place] : kNoTick;
  }

  /// at() of the nearest minute before (behind) that one that has a tick, at most `most` minutes
  /// away.
  std::uint32_t before(LocalMinute minute, LocalMinute most) const;
  std::uint32_t behind(LocalMinute minute, LocalMinute most) const;

 private:
  std::uint32_t find(LocalMinute minute) const;

  LocalMinute first_ = 0;
  std::vector<std::uint32_t> table_;
  std::vector<std::pair<LocalMinute, std::uint32_t>> by_minute_;
};

}  // namespace pidometer
