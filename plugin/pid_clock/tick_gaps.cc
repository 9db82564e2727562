#include "plugin/pid_clock/tick_gaps.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <optional>
#include <utility>

#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// In use: in two of the three hours (days) before. Three, because one may be missing itself; two
// of three, because a job that ran once is no schedule.
constexpr int kLookBack = 3;
constexpr int kEnough = 2;

// A log keeps to its minutes if, of the ticks that ran at the same minute an hour (a day) before,
// so many run again an hour (a day) later: jobs of working days do four times of five, all others
// nearly always, and jobs at random times as often as any minute has a tick.
constexpr double kKeepsShare = 0.7;

// A gap of two years is looked through minute by minute, a longer one only so far; and of a log
// that jumps about in time, no more than a hundred years in all.
constexpr LocalMinute kMostMinutes = 2 * 366 * kLocalDay;
constexpr LocalMinute kMostInAll = 100 * 366 * kLocalDay;

// Daylight saving changes the offset by two hours at most (Antarctica/Troll). About that time the
// daemon has rules of its own for the hour that vanishes or repeats; of a hole twice as long and
// more the rest is due all the same.
constexpr LocalMinute kMostShift = 2 * kLocalHour;
constexpr LocalMinute kShiftTimes = 2;

/// How many of the minutes, sorted, lie within `length` of one another at most.
std::size_t most_within(const std::vector<LocalMinute>& minutes, LocalMinute length) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < minutes.size(); ++last) {
    while (minutes[last] - minutes[first] >= length) ++first;
    most = std::max(most, last + 1 - first);
  }
  return most;
}

class GapFinder {
 public:
  GapFinder(const std::vector<Tick>& ticks, const MinuteCalendar& calendar)
      : ticks_(ticks), calendar_(calendar) {}

  std::vector<TickGap> run() {
    std::vector<TickGap> gaps;
    if (!keeps_to_its_minutes()) return gaps;
    for (std::uint32_t i = 0; i + 1 < ticks_.size(); ++i) {
      // the common case first: no minute lies between the two
      if (ticks_[i + 1].time - ticks_[i].time < std::chrono::seconds(90)) continue;
      if (auto gap = gap_after(i)) gaps.push_back(std::move(*gap));
    }
    return gaps;
  }

  std::uint64_t due_before(const Tick& end) {
    if (ticks_.empty() || !keeps_to_its_minutes()) return 0;
    return missing_between(ticks_.back(), end, [](LocalMinute) {});
  }

 private:
  std::optional<TickGap> gap_after(std::uint32_t i) {
    TickGap gap;
    gap.tick = i;
    gap.missing = missing_between(ticks_[i], ticks_[i + 1], [&](LocalMinute model) {
      if (gap.references.size() < kGapReferences)
        if (const std::uint32_t tick = tick_at(model); tick != kNoTick)
          gap.references.push_back(tick);
    });
    if (gap.missing == 0) return std::nullopt;
    gap.own_reference = like(i);
    return gap;
  }

  // Ticks that are missing between the two; `see` takes the minute of which each is a repetition.
  template <typename See>
  std::uint64_t missing_between(const Tick& from, const Tick& to, const See& see) {
    start_ = local_minute_of(from);
    end_ = local_minute_of(to);
    weekly_silence_.reset();
    const std::int64_t seconds = whole_seconds(from, to);
    const LocalMinute shift = LocalMinute{to.utc_offset_minutes} - from.utc_offset_minutes;
    if (std::abs(shift) > kMostShift ||
        std::min(end_ - start_, seconds / 60) < kShiftTimes * std::abs(shift))
      return 0;
    const LocalMinute last =
        std::min({end_, start_ + kMostMinutes, start_ + kMostInAll - looked_at_});
    looked_at_ += std::max<LocalMinute>(0, last - start_);
    LocalMinute missed = 0;
    std::uint64_t count = 0;
    std::vector<LocalMinute> due;  // where an hour of them vanished
    for (LocalMinute hour = start_ + 1; hour < last; hour += kLocalHour) {
      std::uint64_t minutes = candidates(hour, std::min(kLocalHour, last - hour));
      for (; minutes != 0; minutes &= minutes - 1) {
        const LocalMinute minute = hour + std::countr_zero(minutes);
        const std::optional<LocalMinute> model = model_of(minute);
        if (!model) continue;
        ++count;
        missed = minute;
        if (shift > 0) due.push_back(minute);
        see(*model);
      }
    }
    // which hour of the hole it was no tick tells: the fullest
    count -= most_within(due, shift);
    return count == 1 && is_late(missed) ? 0 : count;
  }

  // The last hours and days that end before the gap: how far back they lie.
  LocalMinute hours_back(LocalMinute minute) const {
    return (minute - start_ - 1) / kLocalHour + 1;
  }
  LocalMinute days_back(LocalMinute minute) const { return (minute - start_ - 1) / kLocalDay + 1; }

  // Minutes of one hour of the gap that have a last_use(), the first of them in the lowest bit:
  // few, and model_of() need not be asked of the others.
  std::uint64_t candidates(LocalMinute first, LocalMinute count) const {
    const auto enough_uses = [&](LocalMinute back, LocalMinute step) {
      static_assert(kEnough == 2);
      std::uint64_t once = 0;
      std::uint64_t twice = 0;
      for (LocalMinute k = back; k < back + kLookBack; ++k) {
        const std::uint64_t used = calendar_.used_from(first - k * step);
        twice |= once & used;
        once |= used;
      }
      return twice;
    };
    std::uint64_t found = hourly_ ? enough_uses(hours_back(first), kLocalHour) : 0;
    if (daily_) found |= enough_uses(days_back(first), kLocalDay);
    return found & ((std::uint64_t{1} << static_cast<unsigned>(count)) - 1);
  }

  // The minute at which the tick that should be at `minute` ran before, if it should be there.
  std::optional<LocalMinute> model_of(LocalMinute minute) {
    // it ran at this wall clock time already: the clock was set back, or daylight saving ended
    if (calendar_.used(minute)) return std::nullopt;
    const LocalMinute hours = hours_back(minute);
    const LocalMinute days = days_back(minute);
    const auto hourly = hourly_ ? last_use(minute, hours, kLocalHour) : std::nullopt;
    const auto daily = daily_ ? last_use(minute, days, kLocalDay) : std::nullopt;
    if (!hourly && !daily) return std::nullopt;
    if (!daily && !some_day_around(minute, days)) return std::nullopt;
    if (!hourly && was_hourly(*daily)) return std::nullopt;
    if (weekday_says_no(minute)) return std::nullopt;
    if (!hourly && weekly_silence()) return std::nullopt;
    if (!back_in_use(minute, hourly ? kLocalHour : kLocalDay)) return std::nullopt;
    return hourly ? hourly : daily;
  }

  bool keeps_to_its_minutes() {
    if (!calendar_.known()) return false;
    hourly_ = keeps_to_its_minutes(kLocalHour);
    daily_ = keeps_to_its_minutes(kLocalDay);
    return hourly_ || daily_;
  }

  bool keeps_to_its_minutes(LocalMinute step) const {
    std::size_t regular = 0;
    std::size_t again = 0;
    for (const Tick& tick : ticks_) {
      const LocalMinute minute = local_minute_of(tick);
      if (!calendar_.used(minute - step) || !calendar_.covers(minute + step)) continue;
      ++regular;
      again += calendar_.used(minute + step) ? 1 : 0;
    }
    return static_cast<double>(again) > kKeepsShare * static_cast<double>(regular);
  }

  // Under load the line of a tick is written a minute or two late: it is the next tick, then, which
  // is not scheduled where it stands.
  bool is_late(LocalMinute minute) const {
    constexpr LocalMinute kLate = 2;
    return end_ - minute <= kLate && !calendar_.used(end_ - kLocalHour) &&
           !calendar_.used(end_ - kLocalDay);
  }

  std::optional<LocalMinute> last_use(LocalMinute minute, LocalMinute first,
                                      LocalMinute step) const {
    int used = 0;
    std::optional<LocalMinute> last;
    for (LocalMinute k = first; k < first + kLookBack; ++k) {
      if (!calendar_.used(minute - k * step)) continue;
      ++used;
      if (!last) last = minute - k * step;
    }
    return used >= kEnough ? last : std::nullopt;
  }

  // What ran every hour on the days before and not in the hours before the gap was taken off the
  // schedule before the gap.
  bool was_hourly(LocalMinute day) const {
    return calendar_.used(day - kLocalHour) && calendar_.used(day - 2 * kLocalHour);
  }

  // A job of office hours runs every hour until it does not. Where no day says so, and the log has
  // other days, the minute is not scheduled.
  bool some_day_around(LocalMinute minute, LocalMinute days_before) const {
    int seen = 0;
    for (int k = 0; k < kLookBack; ++k) {
      const LocalMinute before = minute - (days_before + k) * kLocalDay;
      const LocalMinute after = minute + days_after(minute, k) * kLocalDay;
      for (const LocalMinute day : {before, after}) {
        if (!calendar_.covers(day)) continue;
        if (calendar_.used(day)) return true;
        ++seen;
      }
    }
    return seen < kEnough;
  }

  // Jobs of working days: the same weekday decides where the log has it, and is no gap itself.
  bool weekday_says_no(LocalMinute minute) const {
    for (const int week : {-1, 1}) {
      const LocalMinute day = minute + week * kLocalWeek;
      if (calendar_.covers(day) && !calendar_.used(day) && (day < start_ || day > end_) &&
          quiet_hour_around(day) && !other_weeks_say_yes(minute, week))
        return true;
    }
    return false;
  }

  // Whether a silent week is a gap itself: of the three weeks before the gap and the three behind
  // it no other one is silent at the minute, and there is one on either side. A schedule that was
  // changed is silent for more than a week.
  bool other_weeks_say_yes(LocalMinute minute, int silent) const {
    bool before = false;
    bool behind = false;
    for (int week = -kLookBack; week <= kLookBack; ++week) {
      const LocalMinute day = minute + week * kLocalWeek;
      if (week == silent || !calendar_.covers(day) || (day >= start_ && day <= end_)) continue;
      if (!calendar_.used(day)) return false;
      (week < 0 ? before : behind) = true;
    }
    return before && behind;
  }

  // Where a log has nothing but jobs of working days, nothing else ticks on a Saturday: that the
  // week before or behind is silent from the same minute to the same minute says it. A host that
  // is off then lacks its hourly ticks too, and is not meant.
  bool weekly_silence() {
    if (!weekly_silence_) {
      weekly_silence_ = false;
      for (const LocalMinute week : {-kLocalWeek, kLocalWeek})
        if (end_ - start_ < kLocalWeek && calendar_.used(start_ + week) &&
            calendar_.used(end_ + week) && silent_between(start_ + week, end_ + week))
          weekly_silence_ = true;
    }
    return *weekly_silence_;
  }

  bool silent_between(LocalMinute first, LocalMinute last) const {
    return !calendar_.any_used(first + 1, last - 1);
  }

  // Whether the log is silent there at the minute only by its schedule, not because that stretch is
  // a gap itself: some other tick lies within the half day around.
  bool quiet_hour_around(LocalMinute minute) const {
    constexpr LocalMinute kAround = kLocalDay / 4;
    return calendar_.any_used(minute - kAround, minute - 1) ||
           calendar_.any_used(minute + 1, minute + kAround);
  }

  LocalMinute days_after(LocalMinute minute, int k) const {
    return std::max<LocalMinute>(1, (end_ - minute + kLocalDay - 1) / kLocalDay) + k;
  }

  // Behind the gap; where the log ends before it could be, nothing contradicts.
  bool back_in_use(LocalMinute minute, LocalMinute step) const {
    const LocalMinute first = std::max<LocalMinute>(1, (end_ - minute + step - 1) / step);
    int reached = 0;
    for (LocalMinute k = first; k < first + kLookBack; ++k) {
      if (!calendar_.covers(minute + k * step)) continue;
      if (calendar_.used(minute + k * step)) return true;
      ++reached;
    }
    return reached < kEnough;
  }

  std::uint32_t tick_at(LocalMinute minute) {
    if (!index_) index_.emplace(ticks_);
    return index_->at(minute);
  }

  // A tick of the same jobs at the same minute of an hour or a day before or behind.
  std::uint32_t like(std::uint32_t i) {
    for (const LocalMinute step : {kLocalHour, kLocalDay, -kLocalHour, -kLocalDay})
      for (LocalMinute k = 1; k <= kLookBack; ++k) {
        const LocalMinute minute = start_ - k * step;
        if (!calendar_.used(minute)) continue;
        const std::uint32_t tick = tick_at(minute);
        if (tick != kNoTick && tick != i && ticks_[tick].items == ticks_[i].items) return tick;
      }
    return kNoTick;
  }

  const std::vector<Tick>& ticks_;
  const MinuteCalendar& calendar_;
  std::optional<TickIndex> index_;  // most logs have no gap
  LocalMinute start_ = 0;
  LocalMinute end_ = 0;
  std::optional<bool> weekly_silence_;  // of the gap that is looked at
  LocalMinute looked_at_ = 0;
  bool hourly_ = false;
  bool daily_ = false;
};

}  // namespace

std::vector<TickGap> find_tick_gaps(const std::vector<Tick>& ticks,
                                    const MinuteCalendar& calendar) {
  return GapFinder(ticks, calendar).run();
}

std::uint64_t ticks_due(const std::vector<Tick>& ticks, Timestamp until) {
  if (ticks.empty()) return 0;
  // what is said of a gap, were there a tick at that time
  Tick end = ticks.back();
  const auto minutes = std::chrono::floor<std::chrono::minutes>(until - end.time);
  end.time += minutes;
  end.minute = static_cast<std::uint16_t>((end.minute + minutes.count()) % kLocalDay);
  const MinuteCalendar calendar(ticks);
  return GapFinder(ticks, calendar).due_before(end);
}

}  // namespace pidometer
