#include "plugin/crontab/day_patterns.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>

namespace pidometer {
namespace {

using Days = std::span<const std::int64_t>;

// A job that is late by a minute now and then, or whose host was asleep, still has its time: four
// of five. Of fewer than two runs at a time of day nothing can be told.
constexpr double kMostOfThem = 0.8;
constexpr std::uint64_t kRunsAtLeast = 2;

// A job that was due three days running and did not run has been given up, or is not there yet: a
// weekend takes two of a job's days.
constexpr std::size_t kSilence = 3;
// Of jobs that are due on some days of the week: a week and a holiday; two weeks that a weekly job
// missed, and the days up to them.
constexpr std::size_t kSilenceOfWorkdays = 10;
constexpr std::size_t kSilenceOfWeeks = 21;
// Two or three days running at one minute happen to a job that keeps to no time.
constexpr std::size_t kRunsOfPart = 4;

constexpr std::size_t kWeekdays = CoveredMinutes::kWeekdays;
constexpr std::size_t kMonthDays = CoveredMinutes::kMonthDays;

/// How often something was possible, and how often it was.
struct Share {
  std::uint64_t due = 0;
  std::uint64_t runs = 0;

  bool most() const {
    return due > 0 && static_cast<double>(runs) >= kMostOfThem * static_cast<double>(due);
  }
};

DayPattern every_day() {
  DayPattern pattern;
  pattern.month_days.set();
  pattern.weekdays.set();
  return pattern;
}

/// Weekdays on which most of those due had a run; nothing where too few runs keep to them.
/// `at_least`: dues that a day of the week must have had.
template <typename Due>
std::optional<DayPattern> weekday_pattern(Days days, std::uint64_t at_least, Due due) {
  std::array<std::uint64_t, kWeekdays> runs{};
  for (const std::int64_t day : days) ++runs[calendar_day(day).weekday];
  DayPattern pattern = every_day();
  pattern.weekdays.reset();
  std::uint64_t kept = 0;
  for (std::size_t d = 0; d < kWeekdays; ++d)
    if (due(d) >= at_least && Share{due(d), runs[d]}.most()) {
      pattern.weekdays.set(d);
      kept += runs[d];
    }
  if (kept >= kRunsAtLeast && Share{days.size(), kept}.most()) return pattern;
  return std::nullopt;
}

/// A day of the month that came once proves nothing: every day of a month's log is such a day.
std::optional<DayPattern> month_day_pattern(Days days, std::size_t minute,
                                            const CoveredMinutes& covered) {
  std::array<std::uint64_t, kMonthDays> runs{};
  for (const std::int64_t day : days) ++runs[calendar_day(day).month_day];
  DayPattern pattern = every_day();
  pattern.month_days.reset();
  std::uint64_t kept = 0;
  for (std::size_t d = 1; d < kMonthDays; ++d) {
    const std::uint64_t due = covered.month_days(minute, d);
    if (due < 2 || !Share{due, runs[d]}.most()) continue;
    pattern.month_days.set(d);
    kept += runs[d];
  }
  if (kept >= kRunsAtLeast && Share{days.size(), kept}.most()) return pattern;
  return std::nullopt;
}

/// The runs of `days` that keep to a pattern, and whether it began or ended within the log: where
/// it was due for longer before or behind them, without a run, than it ever was between them.
/// `all_due`: the days on which the log is whole at that minute.
KeptRuns keep(const DayPattern& pattern, Days days, Days all_due) {
  KeptRuns kept;
  kept.pattern = pattern;
  std::vector<std::int64_t> due;
  for (const std::int64_t day : all_due)
    if (pattern.holds(calendar_day(day))) due.push_back(day);
  std::vector<std::size_t> at;  // of the runs among those due
  for (const std::int64_t day : days)
    if (pattern.holds(calendar_day(day)))
      at.push_back(static_cast<std::size_t>(std::ranges::lower_bound(due, day) - due.begin()));
  std::size_t longest = kSilence - 1;
  for (std::size_t i = 1; i < at.size(); ++i) longest = std::max(longest, at[i] - at[i - 1] - 1);
  kept.first = due[at.front()];
  kept.last = due[at.back()];
  kept.since = at.front() > longest;
  kept.until = due.size() - 1 - at.back() > longest;
  kept.due = (kept.until ? at.back() + 1 : due.size()) - (kept.since ? at.front() : 0);
  kept.runs = at.size();
  return kept;
}

/// The runs in parts with silences of at least `silence` days between them, each with a pattern of
/// its own; nothing where they do not keep to such parts.
std::vector<KeptRuns> in_parts(Days days, Days all_due, std::size_t silence) {
  std::vector<KeptRuns> parts;
  std::uint64_t kept = 0;
  const auto index = [&](std::int64_t day) { return std::ranges::lower_bound(all_due, day); };
  for (std::size_t begin = 0; begin < days.size();) {
    std::size_t end = begin + 1;
    while (end < days.size() &&
           index(days[end]) - index(days[end - 1]) <= static_cast<std::ptrdiff_t>(silence))
      ++end;
    const Days part = days.subspan(begin, end - begin);
    begin = end;
    if (part.size() < kRunsOfPart) continue;
    const auto first = static_cast<std::size_t>(index(part.front()) - all_due.begin());
    const auto last = static_cast<std::size_t>(index(part.back()) - all_due.begin());
    const Days within = all_due.subspan(first, last + 1 - first);
    std::array<std::uint64_t, kWeekdays> due{};
    for (const std::int64_t day : within) ++due[calendar_day(day).weekday];
    std::optional<DayPattern> pattern;
    if (Share{within.size(), part.size()}.most())
      pattern = every_day();
    else if (silence > kSilence)
      pattern = weekday_pattern(part, 2, [&](std::size_t d) { return due[d]; });
    if (!pattern) continue;
    parts.push_back(keep(*pattern, part, all_due));
    kept += parts.back().runs;
  }
  if (!Share{days.size(), kept}.most()) return {};
  return parts;
}

}  // namespace

std::vector<KeptRuns> kept_runs(const std::vector<std::int64_t>& days, std::size_t minute,
                                const CoveredMinutes& covered) {
  if (days.size() < kRunsAtLeast) return {};
  const std::vector<std::int64_t> due = covered.due_days(minute);
  const auto whole = [&](const DayPattern& pattern) -> std::vector<KeptRuns> {
    if (!due.empty()) return {keep(pattern, days, due)};
    KeptRuns kept;
    kept.pattern = pattern;
    kept.first = days.front();
    kept.last = days.back();
    for (std::size_t d = 0; d < kWeekdays && pattern.month_days.all(); ++d)
      if (pattern.weekdays.test(d)) kept.due += covered.weekdays(minute, d);
    for (std::size_t d = 1; d < kMonthDays && !pattern.month_days.all(); ++d)
      if (pattern.month_days.test(d)) kept.due += covered.month_days(minute, d);
    kept.runs = static_cast<std::uint64_t>(std::ranges::count_if(
        days, [&](std::int64_t day) { return pattern.holds(calendar_day(day)); }));
    return {kept};
  };
  if (Share{covered.days(minute), days.size()}.most()) return whole(every_day());
  const auto weekly = [&](std::size_t d) { return covered.weekdays(minute, d); };
  if (const auto pattern = weekday_pattern(days, 2, weekly)) return whole(*pattern);
  if (!due.empty())
    for (const std::size_t silence : {kSilence, kSilenceOfWorkdays, kSilenceOfWeeks})
      if (std::vector<KeptRuns> parts = in_parts(days, due, silence); !parts.empty()) return parts;
  if (const auto pattern = weekday_pattern(days, 1, weekly)) return whole(*pattern);
  if (const auto pattern = month_day_pattern(days, minute, covered)) return whole(*pattern);
  return {};
}

}  // namespace pidometer
