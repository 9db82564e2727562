#include "plugin/crontab/inferred_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pidometer {
namespace {

constexpr std::int64_t kDay = 24 * 60;

// A job that is late by a minute now and then, or whose host was asleep, still has its time: four
// of five. Of fewer than two runs at a time of day nothing can be told.
constexpr double kMostOfThem = 0.8;
constexpr std::uint64_t kRunsAtLeast = 2;

constexpr std::size_t kWeekdays = CoveredMinutes::kWeekdays;
constexpr std::size_t kMonthDays = CoveredMinutes::kMonthDays;

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

/// The pattern to which most runs at a minute of the day keep; nothing set: they keep to none.
/// `days` are those on which the job ran then and the log is whole.
DayPattern day_pattern(const std::vector<std::int64_t>& days, std::size_t minute,
                       const CoveredMinutes& covered) {
  if (days.size() < kRunsAtLeast) return {};
  if (Share{covered.days(minute), days.size()}.most()) return every_day();
  std::array<std::uint64_t, kWeekdays> weekdays{};
  std::array<std::uint64_t, kMonthDays> month_days{};
  for (const std::int64_t day : days) {
    const CalendarDay at = calendar_day(day);
    ++weekdays[at.weekday];
    ++month_days[at.month_day];
  }
  DayPattern pattern = every_day();
  pattern.weekdays.reset();
  std::uint64_t kept = 0;
  for (std::size_t d = 0; d < kWeekdays; ++d)
    if (Share{covered.weekdays(minute, d), weekdays[d]}.most()) {
      pattern.weekdays.set(d);
      kept += weekdays[d];
    }
  if (kept >= kRunsAtLeast && Share{days.size(), kept}.most()) return pattern;
  pattern = every_day();
  pattern.month_days.reset();
  kept = 0;
  for (std::size_t d = 1; d < kMonthDays; ++d)
    if (Share{covered.month_days(minute, d), month_days[d]}.most()) {
      pattern.month_days.set(d);
      kept += month_days[d];
    }
  if (kept >= kRunsAtLeast && Share{days.size(), kept}.most()) return pattern;
  return {};
}

/// Days on which a minute of the day is covered and the pattern has it due.
std::uint64_t due_days(const DayPattern& pattern, std::size_t minute,
                       const CoveredMinutes& covered) {
  std::uint64_t due = 0;
  if (pattern.month_days.all()) {
    for (std::size_t d = 0; d < kWeekdays; ++d)
      if (pattern.weekdays.test(d)) due += covered.weekdays(minute, d);
  } else {
    for (std::size_t d = 1; d < kMonthDays; ++d)
      if (pattern.month_days.test(d)) due += covered.month_days(minute, d);
  }
  return due;
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

CoveredMinutes::CoveredMinutes(std::vector<LocalStretch> stretches)
    : stretches_(std::move(stretches)),
      weekdays_((kMinutes + 1) * kWeekdays),
      month_days_((kMinutes + 1) * kMonthDays) {
  // Steps at which a day's cover begins and ends, then their sums.
  for (const LocalStretch& stretch : stretches_)
    for (std::int64_t begin = stretch.begin; begin < stretch.end;) {
      const std::int64_t minute = (begin % kDay + kDay) % kDay;
      const std::int64_t midnight = begin - minute;
      const CalendarDay at = calendar_day(midnight / kDay);
      const std::int64_t end = std::min(stretch.end, midnight + kDay);
      const auto first = static_cast<std::size_t>(minute);
      const auto last = static_cast<std::size_t>(end - midnight);
      ++weekdays_[first * kWeekdays + at.weekday];
      --weekdays_[last * kWeekdays + at.weekday];
      ++month_days_[first * kMonthDays + at.month_day];
      --month_days_[last * kMonthDays + at.month_day];
      begin = end;
    }
  for (std::size_t i = kWeekdays; i < weekdays_.size(); ++i)
    weekdays_[i] += weekdays_[i - kWeekdays];
  for (std::size_t i = kMonthDays; i < month_days_.size(); ++i)
    month_days_[i] += month_days_[i - kMonthDays];
}

bool CoveredMinutes::covers(std::int64_t minute) const {
  const auto behind = std::ranges::upper_bound(stretches_, minute, {}, &LocalStretch::begin);
  return behind != stretches_.begin() && minute < behind[-1].end;
}

std::uint64_t CoveredMinutes::days(std::size_t minute_of_day) const {
  std::uint64_t sum = 0;
  for (std::size_t d = 0; d < kWeekdays; ++d) sum += weekdays(minute_of_day, d);
  return sum;
}

std::uint64_t CoveredMinutes::weekdays(std::size_t minute_of_day, std::size_t weekday) const {
  return static_cast<std::uint64_t>(weekdays_[minute_of_day * kWeekdays + weekday]);
}

std::uint64_t CoveredMinutes::month_days(std::size_t minute_of_day, std::size_t month_day) const {
  return static_cast<std::uint64_t>(month_days_[minute_of_day * kMonthDays + month_day]);
}

InferredSchedule infer_schedule(std::span<const std::int64_t> runs, const CoveredMinutes& covered) {
  InferredSchedule schedule;
  std::map<std::size_t, std::vector<std::int64_t>> days_of;  // by minute of the day; covered runs
  std::uint64_t outside = 0;                                 // runs that nothing is told of
  std::optional<std::int64_t> before;
  for (const std::int64_t run : runs) {
    if (std::exchange(before, run) == run) continue;  // twice in one minute
    if (!covered.covers(run)) {
      ++outside;
      continue;
    }
    const std::int64_t minute = (run % kDay + kDay) % kDay;
    days_of[static_cast<std::size_t>(minute)].push_back((run - minute) / kDay);
  }
  using PatternKey = decltype(DayPattern().key());
  struct Times {
    DayPattern days;
    std::map<std::size_t, std::bitset<24>> hours_of;  // by minute of the hour
  };
  std::map<PatternKey, Times> patterns;
  for (const auto& [minute, days] : days_of) {
    const DayPattern pattern = day_pattern(days, minute, covered);
    if (pattern.weekdays.none()) continue;
    Times& times = patterns[pattern.key()];
    times.days = pattern;
    times.hours_of[minute % 60].set(minute / 60);
  }
  struct Line {
    DayPattern days;
    std::bitset<24> hours;
    std::bitset<60> minutes;
  };
  std::vector<Line> lines;
  for (const auto& [key, times] : patterns) {
    std::map<unsigned long, std::bitset<60>> minutes_of;  // by hours
    for (const auto& [minute, hours] : times.hours_of) minutes_of[hours.to_ulong()].set(minute);
    for (const auto& [hours, minutes] : minutes_of)
      lines.push_back({times.days, std::bitset<24>(hours), minutes});
  }
  std::uint64_t kept = 0;
  for (const Line& line : lines) {
    InferredLine out;
    for (std::size_t minute = 0; minute < 24 * 60; ++minute) {
      if (!line.hours.test(minute / 60) || !line.minutes.test(minute % 60)) continue;
      out.due += due_days(line.days, minute, covered);
      out.runs += static_cast<std::uint64_t>(std::ranges::count_if(
          days_of[minute], [&](std::int64_t day) { return line.days.holds(calendar_day(day)); }));
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
  schedule.other_runs = all - kept + outside;
  return schedule;
}

}  // namespace pidometer
