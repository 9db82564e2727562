#include "plugin/cron_log/year_tracker.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

// A line earlier in the year than the one before it is either of the next year or written after the
// clock was set back. Clocks are set back by seconds, by an hour at the end of daylight saving, by
// days when someone plays; a log that runs on is silent for less than eleven months. A month parts
// the two. The mirror of it: a leap forward by more than eleven months is a clock set back over New
// Year.
constexpr std::int64_t kMonth = 31 * kMicrosPerDay;

// A host without a battery clock boots into 1 January (1970) and is set right by the network within
// minutes; its first line is that of the daemon's start: no year has passed if the log then goes on
// where it was.
constexpr std::int64_t kUnsetClockSpan = 2 * kMicrosPerDay;

// Strays return to where the log was: within a day, as cron.daily writes one line a day on any
// host, or twice the host's usual step where it is longer; half a month says nothing any more.
constexpr std::int64_t kLongestReturn = 15 * kMicrosPerDay;
// Strays are fewer than half of the lines around them.
constexpr std::size_t kOutnumbered = 2;
// One line against a hundred is the misdated one, also where the host was off for days meanwhile.
constexpr std::size_t kFew = 100;
// Strays of different dates may follow one another; more than these are no strays but the log.
constexpr std::size_t kMostStraysInRow = 8;

// A silence of ten months and more may be a clock set back by less than two.
constexpr std::int64_t kHole = 300 * kMicrosPerDay;

constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;
constexpr std::int64_t kFebruary29 = 59 * kMicrosPerDay;
constexpr std::int64_t kMarch1 = 60 * kMicrosPerDay;

// A log with more New Years than this is no log, and its times must not overflow.
constexpr std::int64_t kMostYears = 1000;

/// The shortest way from one time of the year to another, over New Year if need be.
std::int64_t around(std::int64_t from, std::int64_t to) {
  const std::int64_t step = to - from;
  if (step > kMicrosPerCountedYear / 2) return step - kMicrosPerCountedYear;
  if (step <= -kMicrosPerCountedYear / 2) return step + kMicrosPerCountedYear;
  return step;
}

/// Years to add where `to` is the time next to `from`, before or after it.
std::int64_t nearest_carry(std::int64_t from, std::int64_t to) {
  return (around(from, to) - (to - from)) / kMicrosPerCountedYear;
}

/// Years to add where `to` follows `from` in month order.
std::int64_t month_carry(std::int64_t from, std::int64_t to) {
  const std::int64_t step = to - from;
  if (step < -kMonth) return 1;
  return step > kMicrosPerCountedYear - kMonth ? -1 : 0;
}

std::int64_t size_of(std::int64_t step) {
  return step < 0 ? -step : step;
}

class RunSettler {
 public:
  RunSettler(std::vector<StoredRecord>& records, YearlessRun& run) : records_(records), run_(run) {}

  void settle() {
    find_reach();
    cut();
    match();
    judge_head();
    count_years();
    judge_end();
    count_february29();
    for (const Segment& segment : segments_) apply(segment);
  }

 private:
  /// Records one behind the other without a step longer than reach_.
  struct Segment {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t inner = 0;  ///< New Years from first to last
    bool unset_clock = false;
    bool stray = false;
    std::int64_t year = 0;  ///< of its first record
  };
  /// Of the log itself as far as it is known: segments joined over the strays between them.
  struct Stretch {
    std::size_t first_segment = 0;
    std::size_t last_segment = 0;
    std::size_t lines = 0;
  };

  std::int64_t at(std::size_t record) const {
    return records_[record].time.time_since_epoch().count();
  }

  /// The median of the steps forward, by powers of two, without a copy of them all.
  void find_reach() {
    std::array<std::size_t, 64> counts{};
    std::size_t all = 0;
    for (std::size_t i = run_.begin + 1; i < run_.end; ++i) {
      const std::int64_t step = around(at(i - 1), at(i));
      if (step <= 0) continue;
      ++counts[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(step)))];
      ++all;
    }
    if (all > 0) {
      std::size_t below = 0;
      std::size_t width = 0;
      while ((below += counts[width]) * 2 < all) ++width;
      run_.usual_step = std::int64_t{1} << width;
    }
    reach_ = std::clamp(2 * run_.usual_step, kMicrosPerDay, kLongestReturn);
  }

  void cut() {
    for (std::size_t i = run_.begin; i < run_.end; ++i) {
      const std::int64_t micros = at(i);
      if (segments_.empty() || size_of(around(segments_.back().last, micros)) > reach_) {
        Segment segment;
        segment.begin = i;
        segment.first = micros;
        segment.unset_clock = records_[i].pid_role == PidRole::boot && micros < kUnsetClockSpan;
        segments_.push_back(segment);
      } else {
        segments_.back().inner += nearest_carry(segments_.back().last, micros);
      }
      Segment& segment = segments_.back();
      segment.end = i + 1;
      segment.last = micros;
      segment.unset_clock = segment.unset_clock && micros < kUnsetClockSpan;
    }
  }

  /// Whether the segments between two of the log are strays.
  bool are_strays(const Stretch& before, const Segment& after, std::size_t lines,
                  bool unset_clock) const {
    const std::int64_t from = segments_[before.last_segment].last;
    if (unset_clock && from - after.first <= kMicrosPerDay) return true;
    const std::size_t surroundings = before.lines + (after.end - after.begin);
    const std::int64_t way = size_of(around(from, after.first));
    return lines * kOutnumbered < surroundings &&
           (way <= reach_ || (way <= kMonth && lines * kFew <= surroundings));
  }

  void match() {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      const Segment& segment = segments_[s];
      std::size_t lines = 0;
      std::size_t keep = stretches_.size();
      const std::size_t deepest = keep > kMostStraysInRow + 1 ? keep - kMostStraysInRow - 1 : 0;
      for (std::size_t k = keep; k-- > deepest;) {
        const bool unset_clock = k + 2 == stretches_.size() && is_unset_clock(stretches_[k + 1], k);
        if (lines > 0 && are_strays(stretches_[k], segment, lines, unset_clock)) {
          keep = k;
          break;
        }
        lines += stretches_[k].lines;
      }
      if (keep == stretches_.size()) {
        stretches_.push_back({s, s, segment.end - segment.begin});
        continue;
      }
      const bool unset_clock =
          keep + 2 == stretches_.size() && is_unset_clock(stretches_[keep + 1], keep);
      for (std::size_t x = stretches_[keep].last_segment + 1; x < s; ++x) {
        segments_[x].stray = true;
        segments_[x].unset_clock = unset_clock;
      }
      stretches_.resize(keep + 1);
      stretches_[keep].last_segment = s;
      stretches_[keep].lines += segment.end - segment.begin;
    }
  }

  /// A stretch that is one daemon's start on January 1, more than a month before the log.
  bool is_unset_clock(const Stretch& stretch, std::size_t before) const {
    const Segment& segment = segments_[stretch.first_segment];
    return stretch.first_segment == stretch.last_segment && segment.unset_clock &&
           segment.first - segments_[stretches_[before].last_segment].last < -kMonth;
  }

  /// The longest of the first or last few stretches; the others of them must be few against it.
  std::size_t longest(std::size_t begin, std::size_t end) const {
    std::size_t best = begin;
    for (std::size_t k = begin; k < end; ++k)
      if (stretches_[k].lines > stretches_[best].lines) best = k;
    return best;
  }

  /// Lines in front of the log that month order puts a year before it, and nothing else does.
  void judge_head() {
    const std::size_t log = longest(0, std::min(stretches_.size(), kMostStraysInRow + 1));
    std::size_t lines = 0;
    bool differs = false;
    const std::int64_t first = segments_[stretches_[log].first_segment].first;
    for (std::size_t k = 0; k < log; ++k) {
      lines += stretches_[k].lines;
      const std::int64_t last = segments_[stretches_[k].last_segment].last;
      differs = differs || month_carry(last, first) != nearest_carry(last, first);
    }
    if (!differs || lines * kFew > stretches_[log].lines) return;
    for (std::size_t s = 0; s < stretches_[log].first_segment; ++s) {
      segments_[s].stray = true;
      segments_[s].unset_clock = false;
    }
    stretches_.erase(stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(log));
  }

  void count_years() {
    const std::size_t start = stretches_.front().first_segment;
    run_.first = segments_[start].begin;
    for (std::size_t s = 0; s < start; ++s)
      segments_[s].year =
          -nearest_carry(segments_[s].last, segments_[start].first) - segments_[s].inner;
    std::int64_t year = segments_[start].inner;
    std::int64_t last = segments_[start].last;
    run_.last = segments_[start].end - 1;
    for (std::size_t s = start + 1; s < segments_.size(); ++s) {
      Segment& segment = segments_[s];
      if (segment.stray) {
        segment.year = year + (segment.unset_clock ? 0 : nearest_carry(last, segment.first));
        continue;
      }
      const std::int64_t carry = month_carry(last, segment.first);
      year += carry;
      const std::int64_t silence = segment.first - last + kMicrosPerCountedYear;
      if (carry == 1 && silence > kHole)
        run_.holes.push_back({segment.begin, silence / kMicrosPerDay});
      segment.year = year;
      year += segment.inner;
      last = segment.last;
      run_.last = segment.end - 1;
    }
    for (std::size_t s = 0; s < segments_.size(); ++s)
      if (segments_[s].stray) note_strays(s);
  }

  void note_strays(std::size_t s) {
    const Segment& segment = segments_[s];
    // Days of disorder change no year, except by a February 29 that is none.
    const std::int64_t from = s > 0 ? segments_[s - 1].last : segments_[s + 1].first;
    const bool february29 = segment.first < kMarch1 && segment.last >= kFebruary29;
    const bool beside = s > 0 && segments_[s - 1].stray && !run_.strays.empty() &&
                        run_.strays.back().end == segment.begin &&
                        run_.strays.back().unset_clock == segment.unset_clock;
    if (beside)
      run_.strays.back().end = segment.end;
    else if (february29 || size_of(around(from, segment.first)) > kMonth)
      run_.strays.push_back({segment.begin, segment.end, segment.unset_clock});
  }

  void judge_end() {
    const std::size_t few_back = std::min(stretches_.size(), kMostStraysInRow + 1);
    const std::size_t log = longest(stretches_.size() - few_back, stretches_.size());
    if (log + 1 == stretches_.size()) return;
    std::size_t lines = 0;
    for (std::size_t k = log + 1; k < stretches_.size(); ++k) lines += stretches_[k].lines;
    const Segment& before = segments_[stretches_[log].last_segment];
    const Segment& next = segments_[stretches_[log].last_segment + 1];
    if (lines * kOutnumbered >= stretches_[log].lines ||
        size_of(around(before.last, next.first)) <= kMonth)
      return;
    const std::int64_t year = before.year + before.inner;
    for (std::size_t s = stretches_[log].last_segment + 1; s < segments_.size(); ++s) {
      const Segment& segment = segments_[s];
      run_.doubtful_end.parts.push_back(
          {segment.begin, segment.end,
           std::clamp(segment.year - year - nearest_carry(before.last, segment.first), -kMostYears,
                      kMostYears)});
    }
    run_.doubtful_end.few = lines * kFew <= stretches_[log].lines;
    run_.doubtful_end.steps_back = next.first < before.last;
  }

  /// A February 29 tells the year where the log runs through it; a line set back onto it does not.
  void count_february29() {
    const std::size_t end =
        run_.doubtful_end.parts.empty() ? run_.end : run_.doubtful_end.parts[0].begin;
    std::size_t since = run_.end;  // first of the day's records
    std::int64_t last = INT64_MIN;
    std::int64_t day_year = 0;
    bool in_order = false;
    for (const Segment& segment : segments_) {
      if (segment.stray || segment.begin >= end) continue;
      std::int64_t year = segment.year;
      for (std::size_t i = segment.begin; i < segment.end; ++i) {
        const std::int64_t micros = at(i);
        if (i > segment.begin) year += nearest_carry(at(i - 1), micros);
        const bool february29 = micros >= kFebruary29 && micros < kMarch1;
        const std::int64_t counted =
            std::clamp(year, -kMostYears, kMostYears) * kMicrosPerCountedYear + micros;
        const bool goes_on = last == INT64_MIN || counted >= last - kHour;
        if (february29 && since == run_.end) {
          since = i;
          day_year = year;
          in_order = goes_on;
        } else if (!february29 && since < run_.end) {
          close_day(since, i, in_order && goes_on, day_year);
          since = run_.end;
        }
        last = counted;
      }
    }
    if (since < run_.end) close_day(since, end, in_order, day_year);
  }

  void close_day(std::size_t begin, std::size_t end, bool in_order, std::int64_t year) {
    if (in_order) {
      if (run_.leap_years.empty() || run_.leap_years.back() != year)
        run_.leap_years.push_back(year);
      return;
    }
    const auto behind = std::lower_bound(
        run_.strays.begin(), run_.strays.end(), begin,
        [](const StrayLines& strays, std::size_t record) { return strays.begin < record; });
    run_.strays.insert(behind, {begin, end, false});
  }

  void apply(const Segment& segment) {
    std::int64_t year = segment.year;
    std::int64_t last = segment.first;
    for (std::size_t i = segment.begin; i < segment.end; ++i) {
      const std::int64_t micros = at(i);
      year += nearest_carry(last, micros);
      last = micros;
      records_[i].time += std::chrono::microseconds(std::clamp(year, -kMostYears, kMostYears) *
                                                    kMicrosPerCountedYear);
    }
  }

  std::vector<StoredRecord>& records_;
  YearlessRun& run_;
  std::int64_t reach_ = 0;
  std::vector<Segment> segments_;
  std::vector<Stretch> stretches_;
};

}  // namespace

void YearTracker::place() {
  if (!in_run_) {
    in_run_ = true;
    runs_.emplace_back().begin = records_.size();
  }
  runs_.back().end = records_.size() + 1;
}

void YearTracker::break_run() {
  in_run_ = false;
}

void YearTracker::changed() {
  if (!runs_.empty()) runs_.back().end = records_.size();
}

std::vector<YearlessRun> YearTracker::take_runs() {
  for (YearlessRun& run : runs_) RunSettler(records_, run).settle();
  in_run_ = false;
  return std::exchange(runs_, {});
}

}  // namespace pidometer
