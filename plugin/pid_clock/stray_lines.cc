#include "plugin/pid_clock/stray_lines.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "plugin/pid_clock/interval_rises.h"

namespace pidometer {
namespace {

// A time is elsewhere if it is so far away (as of edited times): a line may be late by less.
constexpr std::chrono::seconds kElsewhere{60};

// Lines that somebody put there together; as of foreign ticks in a row.
constexpr std::uint32_t kMostTicks = 64;

// What is common for the baseline is common here.
constexpr std::uint32_t kCommon = 8;

// Where more of the lines are strays, nobody forged them: two counters write the log.
constexpr std::size_t kFewLines = 3;
constexpr std::size_t kOneIn = 200;

/// Ticks [first, last], and those around them.
struct Run {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::uint32_t before() const { return first - 1; }
  std::uint32_t behind() const { return last + 1; }
};

/// Of the intervals of one key.
struct Seen {
  std::uint32_t times = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();   ///< PIDs of one
  std::int64_t second = std::numeric_limits<std::int64_t>::max();  ///< ... and of the next
};

class StrayFinder {
 public:
  explicit StrayFinder(const std::vector<Tick>& ticks) : ticks_(ticks) {}

  std::vector<Run> run() {
    const auto count = static_cast<std::uint32_t>(ticks_.size());
    for (std::uint32_t i = 0; i + 1 < count; ++i) look_at(i);
    if (runs_.empty()) return {};
    for_each_rise(ticks_, [&](std::uint64_t key, std::int64_t pids) {
      const auto seen = seen_.find(key);
      if (seen == seen_.end()) return;
      ++seen->second.times;
      const std::int64_t more = std::max(seen->second.least, pids);
      seen->second.least = std::min(seen->second.least, pids);
      seen->second.second = std::min(seen->second.second, more);
    });
    std::map<std::uint32_t, Run> strays;  // by their first tick
    std::size_t lines = 0;
    // the fewest lines that explain a fall of the time
    std::ranges::stable_sort(runs_, {}, [](const Run& r) { return r.last - r.first; });
    for (const Run& one : runs_) {
      const auto next = strays.lower_bound(one.first);
      if (!is_whole_without(one) || (next != strays.end() && touch(one, next->second)) ||
          (next != strays.begin() && touch(std::prev(next)->second, one)))
        continue;
      strays.emplace_hint(next, one.first, one);
      lines += one.last - one.first + 1;
      if (lines > std::max(kFewLines, ticks_.size() / kOneIn)) return {};
    }
    std::vector<Run> found;
    for (const auto& [first, run] : strays) found.push_back(run);
    return found;
  }

 private:
  // The ticks around the one are the other's, or around it too.
  static bool touch(const Run& one, const Run& later) { return later.before() <= one.behind(); }

  void look_at(std::uint32_t i) {
    const Tick& a = ticks_[i];
    const Tick& b = ticks_[i + 1];
    if (b.time < a.time - kElsewhere) {
      add_past(i);
      add_future(i);
    } else if (std::chrono::abs(b.time - a.time) <= kTickSpan && b.pid > a.pid + kTickPids) {
      // at the second of the tick before, like another run of its jobs
      add({i + 1, i + 1});
    }
  }

  // Behind tick i, dated before it.
  void add_past(std::uint32_t i) {
    std::uint32_t next = i + 1;
    while (next < ticks_.size() && next - i <= kMostTicks &&
           ticks_[next].time < ticks_[i].time - kElsewhere)
      ++next;
    add({i + 1, next - 1});
  }

  // Up to tick i, dated behind the next one.
  void add_future(std::uint32_t i) {
    std::uint32_t first = i + 1;
    while (first > 0 && i - first + 1 < kMostTicks &&
           ticks_[first - 1].time > ticks_[i + 1].time + kElsewhere)
      --first;
    add({first, i});
  }

  void add(Run run) {
    if (run.first == 0 || run.behind() >= ticks_.size()) return;
    const Tick& before = ticks_[run.before()];
    const Tick& behind = ticks_[run.behind()];
    if (behind.time - before.time <= kTickSpan || behind.after_startup ||
        other_boot(before, behind))
      return;
    for (std::uint32_t t = run.first; t <= run.last; ++t)
      if (ticks_[t].pid < before.pid || ticks_[t].pid > behind.pid || ticks_[t].after_startup ||
          other_boot(before, ticks_[t]))
        return;
    runs_.push_back(run);
    seen_[interval_key(before, behind)];
    seen_[interval_key(ticks_[run.last], behind)];
  }

  bool is_whole_without(const Run& run) const {
    const Tick& before = ticks_[run.before()];
    const Tick& last = ticks_[run.last];
    const Tick& behind = ticks_[run.behind()];
    if (seen_.at(interval_key(before, behind)).times < kCommon) return false;
    if (std::chrono::abs(last.time - before.time) > kTickSpan) return true;
    // A clock that was set back onto the minute before runs the same jobs once more, and they cost
    // what they cost.
    const Seen& again = seen_.at(interval_key(last, behind));
    const std::int64_t own = static_cast<std::int64_t>(behind.pid) - last.pid;
    // it is one of them itself, unless it is 0
    return again.times > kCommon && own < (own == again.least ? again.second : again.least);
  }

  const std::vector<Tick>& ticks_;
  std::vector<Run> runs_;
  std::map<std::uint64_t, Seen> seen_;  // the log chooses the keys: no hash of it is even
};

}  // namespace

std::vector<ForeignReading> take_out_stray_lines(std::vector<Reading>& readings,
                                                 TickSeries& series) {
  std::vector<ForeignReading> found;
  const std::vector<Tick>& ticks = series.ticks;
  for (const Run& run : StrayFinder(ticks).run()) {
    const Tick& before = ticks[run.before()];
    const Tick& behind = ticks[run.behind()];
    for (std::uint32_t t = run.first; t <= run.last; ++t) {
      const Tick& tick = ticks[t];
      found.push_back(
          {tick.record, tick.pid, tick.time, before.pid, behind.pid, before.time, behind.time});
      found.back().stray_time = true;
      const std::size_t end = t + 1 < ticks.size() ? ticks[t + 1].first_read : readings.size();
      for (std::size_t k = tick.first_read; k < end; ++k)
        if (readings[k].kind == ReadingKind::job || readings[k].kind == ReadingKind::pseudo)
          readings[k].kind = ReadingKind::event;
    }
  }
  if (!found.empty()) series = form_ticks(readings, series.wrap_in_tick);
  return found;
}

std::vector<TickGap> without_strays(std::vector<TickGap> gaps, const std::vector<Tick>& ticks,
                                    const std::vector<ForeignReading>& strays) {
  if (strays.empty()) return gaps;
  std::map<std::pair<Timestamp, Pid>, std::uint64_t> moved;  // lines, by the tick before them
  for (const ForeignReading& stray : strays) ++moved[{stray.previous_time, stray.previous_pid}];
  std::erase_if(gaps, [&](const TickGap& gap) {
    const Tick& before = ticks[gap.tick];
    const auto lines = moved.find({before.time, before.pid});
    return gap.missing > 0 && lines != moved.end() && gap.missing <= lines->second;
  });
  return gaps;
}

}  // namespace pidometer
