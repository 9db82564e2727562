#include "plugin/crontab/inferred_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "plugin/crontab/day_patterns.h"

namespace pidometer {
namespace {

constexpr std::int64_t kDay = 24 * 60;

/// Minutes of the day at which a job is due by one pattern, over the same part of the log.
struct Times {
  KeptRuns kept;  ///< of the first minute
  std::map<std::size_t, KeptRuns> by_minute;
};

/// Runs at a local minute at which the job had run before: the clock showed it twice, as daylight
/// saving ended or it was set back, or two lines have the job. By minute of the day, then by day.
using Repeats = std::map<std::size_t, std::map<std::int64_t, std::uint64_t>>;

/// Those that are of a line which has that minute.
std::uint64_t repeats_of(const KeptRuns& kept, std::size_t minute, const Repeats& repeats) {
  const auto found = repeats.find(minute);
  if (found == repeats.end()) return 0;
  std::uint64_t sum = 0;
  for (const auto& [day, count] : found->second)
    if (day >= kept.first && day <= kept.last && kept.pattern.holds(calendar_day(day)))
      sum += count;
  return sum;
}

/// Whether two minutes of the day may be of one line: a line that is changed at noon loses its
/// mornings a day before its afternoons, and one of some days of the week up to a week before.
bool changed_together(const KeptRuns& a, const KeptRuns& b) {
  if (a.pattern != b.pattern || a.since != b.since || a.until != b.until) return false;
  const std::int64_t apart = a.pattern.weekdays.all() ? 1 : 7;
  return (!a.since || std::abs(a.first - b.first) <= apart) &&
         (!a.until || std::abs(a.last - b.last) <= apart);
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

InferredLine line_of(const Times& times, const std::bitset<24>& hours,
                     const std::bitset<60>& minutes, const Repeats& repeats) {
  InferredLine line;
  for (const auto& [minute, kept] : times.by_minute) {
    if (!hours.test(minute / 60) || !minutes.test(minute % 60)) continue;
    const std::uint64_t again = repeats_of(kept, minute, repeats);
    line.due += kept.due + again;
    line.runs += kept.runs + again;
    const std::int64_t first = kept.first * kDay + static_cast<std::int64_t>(minute);
    const std::int64_t last = kept.last * kDay + static_cast<std::int64_t>(minute);
    if (kept.since) line.since = std::min(line.since.value_or(first), first);
    if (kept.until) line.until = std::max(line.until.value_or(last), last);
  }
  const DayPattern& days = times.kept.pattern;
  line.fields = fmt::format("{} {} {} * {}", field_words(minutes, 0, 60), field_words(hours, 0, 24),
                            field_words(days.month_days, 1, CoveredMinutes::kMonthDays),
                            field_words(days.weekdays, 0, CoveredMinutes::kWeekdays));
  return line;
}

}  // namespace

InferredSchedule infer_schedule(std::span<const std::int64_t> runs, const CoveredMinutes& covered) {
  InferredSchedule schedule;
  std::map<std::size_t, std::vector<std::int64_t>> days_of;  // by minute of the day; covered runs
  std::uint64_t outside = 0;                                 // runs that nothing is told of
  Repeats repeats;
  std::uint64_t all = 0;
  std::optional<std::int64_t> before;
  for (const std::int64_t run : runs) {
    const bool again = std::exchange(before, run) == run;
    if (!covered.covers(run)) {
      ++outside;
      continue;
    }
    ++all;
    const std::int64_t minute = (run % kDay + kDay) % kDay;
    const std::int64_t day = (run - minute) / kDay;
    if (again)
      ++repeats[static_cast<std::size_t>(minute)][day];
    else
      days_of[static_cast<std::size_t>(minute)].push_back(day);
  }
  std::vector<Times> all_times;
  for (const auto& [minute, days] : days_of)
    for (const KeptRuns& kept : kept_runs(days, minute, covered)) {
      const auto like = std::ranges::find_if(
          all_times, [&](const Times& times) { return changed_together(times.kept, kept); });
      Times& times = like == all_times.end() ? all_times.emplace_back() : *like;
      if (times.by_minute.empty()) times.kept = kept;
      times.by_minute.emplace(minute, kept);
    }
  std::uint64_t kept_count = 0;
  for (const Times& times : all_times) {
    std::map<std::size_t, std::bitset<24>> hours_of;  // by minute of the hour
    for (const auto& [minute, kept] : times.by_minute) hours_of[minute % 60].set(minute / 60);
    std::map<unsigned long, std::bitset<60>> minutes_of;  // by hours
    for (const auto& [minute, hours] : hours_of) minutes_of[hours.to_ulong()].set(minute);
    for (const auto& [hours, minutes] : minutes_of) {
      schedule.lines.push_back(line_of(times, std::bitset<24>(hours), minutes, repeats));
      kept_count += schedule.lines.back().runs;
    }
  }
  std::ranges::stable_sort(schedule.lines, std::ranges::greater(), &InferredLine::runs);
  schedule.other_runs = all - kept_count + outside;
  return schedule;
}

}  // namespace pidometer
