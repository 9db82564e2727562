#include "plugin/crontab/inferred_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pidometer {
namespace {

constexpr std::int64_t kHour = 60;
constexpr std::int64_t kDay = 24 * kHour;

// A job that is late by a minute now and then, or whose host was asleep, still has its time: four
// of five. Of fewer than two runs at a time of day nothing can be told.
constexpr double kMostOfThem = 0.8;
constexpr std::uint64_t kRunsAtLeast = 2;

constexpr std::size_t kWeekdays = 7;
constexpr std::size_t kMonthDays = 32;  // from 1

/// The day of a number of days since 1970, as crontabs count it.
struct CalendarDay {
  std::size_t weekday = 0;  ///< from Sunday
  std::size_t month_day = 1;
};

CalendarDay calendar_day(std::int64_t day) {
  const std::chrono::sys_days date{std::chrono::days(day)};
  return {std::chrono::weekday(date).c_encoding(),
          static_cast<unsigned>(std::chrono::year_month_day(date).day())};
}

/// How often something was possible, and how often it was.
struct Share {
  std::uint64_t due = 0;
  std::uint64_t runs = 0;

  bool most() const {
    return due > 0 && static_cast<double>(runs) >= kMostOfThem * static_cast<double>(due);
  }
};

/// Days on which a line is due; all bits of both: every day.
struct DayPattern {
  std::bitset<kMonthDays> month_days;
  std::bitset<kWeekdays> weekdays;

  bool holds(const CalendarDay& day) const {
    return month_days.test(day.month_day) && weekdays.test(day.weekday);
  }
  auto key() const { return std::pair(month_days.to_ulong(), weekdays.to_ulong()); }
};

DayPattern every_day() {
  DayPattern pattern;
  pattern.month_days.set();
  pattern.weekdays.set();
  return pattern;
}

/// The days of the log on which a minute of the day lies in a stretch.
class CoveredDays {
 public:
  explicit CoveredDays(std::span<const LocalStretch> stretches) : stretches_(stretches) {}

  template <typename Take>
  void each(std::int64_t minute_of_day, Take take) const {
    std::int64_t last = -1;
    bool any = false;
    for (const LocalStretch& stretch : stretches_) {
      std::int64_t day = floor_day(stretch.begin - minute_of_day + kDay - 1);
      if (any && day <= last) day = last + 1;
      for (; day * kDay + minute_of_day < stretch.end; ++day) {
        take(day);
        last = day;
        any = true;
      }
    }
  }

 private:
  static std::int64_t floor_day(std::int64_t minutes) {
    return minutes >= 0 ? minutes / kDay : -((-minutes + kDay - 1) / kDay);
  }

  std::span<const LocalStretch> stretches_;
};

/// The pattern to which most runs at a minute of the day keep; nothing set: they keep to none.
DayPattern day_pattern(const std::vector<std::int64_t>& days, std::int64_t minute_of_day,
                       const CoveredDays& covered) {
  Share all;
  Share weekdays[kWeekdays];
  Share month_days[kMonthDays];
  covered.each(minute_of_day, [&](std::int64_t day) {
    const CalendarDay at = calendar_day(day);
    const bool ran = std::ranges::binary_search(days, day);
    for (Share* const share : {&all, &weekdays[at.weekday], &month_days[at.month_day]}) {
      ++share->due;
      if (ran) ++share->runs;
    }
  });
  if (all.runs < kRunsAtLeast) return {};
  if (all.most()) return every_day();
  DayPattern pattern = every_day();
  Share kept;
  pattern.weekdays.reset();
  for (std::size_t d = 0; d < kWeekdays; ++d)
    if (weekdays[d].most()) {
      pattern.weekdays.set(d);
      kept.runs += weekdays[d].runs;
    }
  kept.due = all.runs;
  if (kept.runs >= kRunsAtLeast && kept.most()) return pattern;
  pattern = every_day();
  pattern.month_days.reset();
  kept.runs = 0;
  for (std::size_t d = 1; d < kMonthDays; ++d)
    if (month_days[d].most()) {
      pattern.month_days.set(d);
      kept.runs += month_days[d].runs;
    }
  if (kept.runs >= kRunsAtLeast && kept.most()) return pattern;
  return {};
}

/// Numbers of a field as crontab(5) has them: `*`, `*/10`, `5-55/10`, `1-5`, `1,15`. `first` is the
/// field's smallest number, `size` one more than its largest.
template <std::size_t Size>
std::string field_words(const std::bitset<Size>& set, std::size_t first, std::size_t size) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = first; i < size; ++i)
    if (set.test(i)) numbers.push_back(i);
  if (numbers.size() == size - first) return "*";
  if (numbers.size() > 2) {
    const std::size_t step = numbers[1] - numbers[0];
    bool even = true;
    for (std::size_t i = 1; i < numbers.size(); ++i)
      even = even && numbers[i] - numbers[i - 1] == step;
    const bool whole = numbers.front() == first && numbers.back() + step >= size;
    if (even && whole) return fmt::format("*/{}", step);
    if (even && step > 1) return fmt::format("{}-{}/{}", numbers.front(), numbers.back(), step);
  }
  std::string words;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (!words.empty()) words += ',';
    if (end - i > 2) {
      words += fmt::format("{}-{}", numbers[i], numbers[end - 1]);
    } else {
      end = i + 1;
      words += std::to_string(numbers[i]);
    }
    i = end;
  }
  return words;
}

}  // namespace

InferredSchedule infer_schedule(std::span<const std::int64_t> runs,
                                std::span<const LocalStretch> stretches) {
  InferredSchedule schedule;
  std::map<std::int64_t, std::vector<std::int64_t>> days_of;  // by minute of the day
  for (const std::int64_t run : runs) {
    const std::int64_t minute = (run % kDay + kDay) % kDay;
    std::vector<std::int64_t>& days = days_of[minute];
    const std::int64_t day = (run - minute) / kDay;
    if (days.empty() || days.back() != day) days.push_back(day);
  }
  const CoveredDays covered(stretches);
  using PatternKey = decltype(DayPattern().key());
  struct Times {
    DayPattern days;
    std::map<std::int64_t, std::bitset<24>> hours_of;  // by minute of the hour
  };
  std::map<PatternKey, Times> patterns;
  std::uint64_t kept = 0;
  for (const auto& [minute, days] : days_of) {
    const DayPattern pattern = day_pattern(days, minute, covered);
    if (pattern.weekdays.none()) continue;
    Times& times = patterns[pattern.key()];
    times.days = pattern;
    times.hours_of[minute % kHour].set(static_cast<std::size_t>(minute / kHour));
  }
  struct Line {
    DayPattern days;
    std::bitset<24> hours;
    std::bitset<60> minutes;
  };
  std::vector<Line> lines;
  for (const auto& [key, times] : patterns) {
    std::map<unsigned long, std::bitset<60>> minutes_of;  // by hours
    for (const auto& [minute, hours] : times.hours_of)
      minutes_of[hours.to_ulong()].set(static_cast<std::size_t>(minute));
    for (const auto& [hours, minutes] : minutes_of)
      lines.push_back({times.days, std::bitset<24>(hours), minutes});
  }
  for (const Line& line : lines) {
    InferredLine out;
    for (std::size_t hour = 0; hour < 24; ++hour)
      for (std::size_t minute = 0; minute < 60; ++minute) {
        if (!line.hours.test(hour) || !line.minutes.test(minute)) continue;
        const auto at = static_cast<std::int64_t>(hour) * kHour + static_cast<std::int64_t>(minute);
        const std::vector<std::int64_t>& days = days_of[at];
        covered.each(at, [&](std::int64_t day) {
          if (line.days.holds(calendar_day(day))) ++out.due;
        });
        out.runs += static_cast<std::uint64_t>(std::ranges::count_if(
            days, [&](std::int64_t day) { return line.days.holds(calendar_day(day)); }));
      }
    out.fields = fmt::format("{} {} {} * {}", field_words(line.minutes, 0, 60),
                             field_words(line.hours, 0, 24),
                             field_words(line.days.month_days, 1, kMonthDays),
                             field_words(line.days.weekdays, 0, kWeekdays));
    kept += out.runs;
    schedule.lines.push_back(std::move(out));
  }
  std::ranges::stable_sort(schedule.lines, std::ranges::greater(), &InferredLine::runs);
  std::uint64_t all = 0;
  for (const auto& [minute, days] : days_of) all += days.size();
  schedule.other_runs = all - kept;
  return schedule;
}

}  // namespace pidometer
