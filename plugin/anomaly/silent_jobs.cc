#include "plugin/anomaly/silent_jobs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "plugin/anomaly/compared_stretches.h"
#include "plugin/anomaly/runs_by_label.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/background_rate.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/robust.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// A job is scheduled at a minute where it ran then on two of the three days before the silence.
constexpr LocalMinute kDaysBefore = 3;
constexpr int kEnoughDays = 2;

// What it cost there is the mean of so many days: of three it would be known less well than what a
// silence of a week costs.
constexpr LocalMinute kReferenceDays = 7;

// Two lines that are missing are a host that was busy; what is compared must be more than that.
constexpr std::uint64_t kLeastCompared = 6;

// Stretches of a silence that are held against other days: the spread of so many tells a PID from
// two on any host on which it can be told at all.
constexpr std::size_t kMostCompared = 5000;

// Days of a silence without a tick cost nothing; of the others no more minutes are looked at than
// ten years of a job of every minute have.
constexpr std::size_t kMostMinutes = 10 * 366 * 1440;

// Nor more in all silences, with the runs before and the intervals beside them, than so many for
// each run of a job, so that a log of many jobs that all fall silent takes as long as any other of
// its size. (A job of each minute that ended has some 90,000 in all, of 4,320 runs in its last
// three days alone; one of each minute of the working day three for each run.)
constexpr std::size_t kMostARun = 20;

// -log10 of the chance that a silence of a job that did not run looks so: of four standard
// deviations of a normal variable, and of three, which is enough for a low row.
constexpr double kTellsApart = 4.5;
constexpr double kTellsDoubtfully = 2.87;

constexpr std::uint32_t kNoSet = UINT32_MAX;
// Intervals of one length differ by less (lines are late under load).
constexpr std::int32_t kSameLength = 30;

// Ticks around a missing line lie within an hour of it, or they say nothing of it.
constexpr LocalMinute kNear = kLocalHour;

/// The ticks in which one job ran, in the log's order.
using Runs = std::span<const std::uint32_t>;

class SilenceFinder {
 public:
  explicit SilenceFinder(const PidClock& clock) : clock_(clock) {}

  SilentJobs run() {
    SilentJobs found;
    if (clock_.ticks.empty() || !clock_.order.is_clock()) return found;
    minutes_.reserve(clock_.ticks.size());
    for (const Tick& tick : clock_.ticks) minutes_.push_back(local_minute_of(tick));
    const RunsByLabel jobs(clock_);
    most_steps_ = kMostARun * jobs.all() + kMostMinutes;
    for (std::uint32_t label = 0; label < jobs.labels(); ++label) {
      const Runs job = jobs.runs(label);
      if (job.size() < 2 * kLeastCompared) continue;
      const LocalMinute usual = usual_distance(job);
      for (std::size_t k = 0; k < job.size(); ++k) {
        const bool last = k + 1 == job.size();
        const LocalMinute end = last ? minutes_.back() : minutes_[job[k + 1]];
        if (end - minutes_[job[k]] <= static_cast<LocalMinute>(kLeastCompared) * usual) continue;
        if (auto silence = judge(job, label, k, end)) found.jobs.push_back(*silence);
      }
    }
    found.whole = whole_;
    return found;
  }

 private:
  // The distance that half of the job's runs do not exceed.
  LocalMinute usual_distance(Runs job) const {
    std::vector<LocalMinute> distances;
    distances.reserve(job.size());
    for (std::size_t k = 1; k < job.size(); ++k)
      distances.push_back(std::max<LocalMinute>(1, minutes_[job[k]] - minutes_[job[k - 1]]));
    std::ranges::nth_element(distances, distances.begin() + std::ssize(distances) / 2);
    return distances[distances.size() / 2];
  }

  // The silence between run k and `end`.
  std::optional<SilentJob> judge(Runs job, std::uint32_t label, std::size_t k, LocalMinute end) {
    if (steps_ > most_steps_) {
      whole_ = false;
      return std::nullopt;
    }
    prepare();
    SilentJob silence;
    silence.label = label;
    silence.last_tick = job[k];
    silence.comes_back = k + 1 < job.size();
    silence.next_tick =
        silence.comes_back ? job[k + 1] : static_cast<std::uint32_t>(clock_.ticks.size() - 1);
    ComparedStretches so_far;
    const LocalMinute start = minutes_[job[k]];
    // the minutes of the last days before, moved on by whole days until the silence is over
    std::vector<LocalMinute> of_day;
    for (std::size_t back = k + 1;
         back-- > 0 && minutes_[job[back]] >= start - kDaysBefore * kLocalDay;)
      of_day.push_back(minute_of_day(minutes_[job[back]]));
    steps_ += of_day.size();
    std::ranges::sort(of_day);
    of_day.erase(std::unique(of_day.begin(), of_day.end()), of_day.end());
    const auto for_each_missing = [&](const auto& see) {
      return for_each_minute(of_day, start, end, [&](LocalMinute minute) {
        const bool due = !ran(label, minute) && scheduled(job, label, minute, start, end);
        return !due || see(minute);
      });
    };
    const bool seen = for_each_missing([&](LocalMinute minute) {
      compare(minute, start, silence, so_far);
      return so_far.tried < kMostCompared;
    });
    silence.compared = so_far.differences.size();
    if (!seen || silence.compared < kLeastCompared) return std::nullopt;
    auto found = verdict(job, k, so_far, silence);
    if (found) for_each_missing([&](LocalMinute) { return ++found->missing > 0; });
    return found;
  }

  // Most logs have no silence.
  void prepare() {
    if (index_) return;
    index_.emplace(clock_.ticks);
    for (const LocalMinute minute : minutes_)
      for (const LocalMinute near : {minute - kNear, minute + kNear})
        if (const LocalMinute day = near - minute_of_day(near);
            days_.empty() || days_.back() != day)
          days_.push_back(day);
    std::ranges::sort(days_);
    days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
  }

  static LocalMinute minute_of_day(LocalMinute minute) {
    return (minute % kLocalDay + kLocalDay) % kLocalDay;
  }

  // Shows `see` these minutes of the days between that have ticks in reach, until it returns false.
  // Without a tick nothing can be compared, and what is missing is no job's alone. False: there
  // were too many.
  template <typename See>
  bool for_each_minute(const std::vector<LocalMinute>& of_day, LocalMinute start, LocalMinute end,
                       const See& see) {
    std::size_t looked_at = 0;
    for (auto day = std::ranges::lower_bound(days_, start - minute_of_day(start));
         day != days_.end() && *day < end; ++day)
      for (auto m = std::ranges::upper_bound(of_day, start - *day);
           m != of_day.end() && *day + *m < end; ++m) {
        if (++looked_at > kMostMinutes || ++steps_ > most_steps_) return whole_ = false;
        if (!see(*day + *m)) return true;
      }
    return true;
  }

  // Two of the three days before the silence, unless the same weekday says no.
  bool scheduled(Runs job, std::uint32_t label, LocalMinute minute, LocalMinute start,
                 LocalMinute end) const {
    int days = 0;
    const LocalMinute back = (minute - start - 1) / kLocalDay + 1;
    for (LocalMinute d = back; d < back + kDaysBefore; ++d)
      days += ran(label, minute - d * kLocalDay) ? 1 : 0;
    if (days < kEnoughDays) return false;
    for (const LocalMinute week : {minute - kLocalWeek, minute + kLocalWeek})
      if (week >= minutes_[job.front()] && week <= minutes_[job.back()] &&
          (week <= start || week >= end) && !ran(label, week))
        return false;
    return true;
  }

  bool ran(std::uint32_t label, LocalMinute minute) const {
    const std::uint32_t tick = index_->at(minute);
    return tick != kNoTick && has(tick, label);
  }

  // PIDs handed out around the minute, now and on the days before. No PID counts for two lines: of
  // a gap in which all lines are missing the schedule's own row tells, and one look is not many.
  void compare(LocalMinute minute, LocalMinute start, SilentJob& silence,
               ComparedStretches& so_far) {
    const std::uint32_t a = index_->before(minute, kNear);
    const std::uint32_t b = index_->behind(minute, kNear);
    if (a == kNoTick || b == kNoTick || a < so_far.until) return;
    const auto now = advance(a, b);
    if (!now) return;
    ++so_far.tried;
    const std::uint32_t own = index_->at(minute);
    double sum = 0;
    int days = 0;
    const LocalMinute back = (minute - start - 1) / kLocalDay + 1;
    for (LocalMinute d = back; d < back + kReferenceDays; ++d) {
      const LocalMinute shift = d * kLocalDay;
      const std::uint32_t with = index_->at(minute - shift);
      const std::uint32_t from = index_->at(local_minute_of(clock_.ticks[a]) - shift);
      const std::uint32_t to = index_->at(local_minute_of(clock_.ticks[b]) - shift);
      if (with == kNoTick || from == kNoTick || to == kNoTick) continue;
      if (!has(with, silence.label) || (own != kNoTick && has_more(own, with))) continue;
      const auto then = advance(from, to);
      if (!then) continue;
      sum += *then;
      ++days;
    }
    if (days == 0) return;
    const double expected = sum / days;
    so_far.differences.push_back(static_cast<std::int32_t>(std::lround(10 * (*now - expected))));
    so_far.until = b;
    so_far.add(minute_of_day(minute), days);
    silence.with_job += expected;
  }

  // PIDs from one tick to another, where every interval between them has a distance. A gap has one
  // too: what is missing in it is what is looked for.
  std::optional<double> advance(std::uint32_t from, std::uint32_t to) {
    if (from >= to || to - from > 2 * kNear) return std::nullopt;
    steps_ += to - from;
    double sum = 0;
    for (std::uint32_t i = from; i < to; ++i) {
      const Interval& interval = clock_.intervals[i];
      if (interval.state != IntervalState::judged && interval.state != IntervalState::hole)
        return std::nullopt;
      if (interval.restarted) return std::nullopt;  // cron may not have run
      if (clock_.ticks[i + 1].lost_before != Loss::none) return std::nullopt;
      sum += interval.advance;
    }
    return sum;
  }

  bool has(std::uint32_t tick, std::uint32_t label) const {
    return std::ranges::binary_search(clock_.item_sets.labels(clock_.ticks[tick].items), label);
  }

  // Whether the tick runs a job that the other one does not: it may have taken the job's place.
  bool has_more(std::uint32_t tick, std::uint32_t other) const {
    const auto labels = clock_.item_sets.labels(clock_.ticks[tick].items);
    return std::ranges::any_of(labels, [&](std::uint32_t label) { return !has(other, label); });
  }

  std::optional<SilentJob> verdict(Runs job, std::size_t k, ComparedStretches& so_far,
                                   SilentJob silence) {
    // an intruder's own PIDs among them, and what else is far out, must not decide
    const ComparedStretches::Spread reference = so_far.reference_spread();
    const Core core = core_of(so_far.differences);
    const auto n = static_cast<double>(core.core_n);
    const double mean = core.mean / 10;
    const double variance =
        std::max(core.square_sum / std::max(1.0, n - 1), core.robust_spread * core.robust_spread) /
        100;
    const double unseen = 1 / n;  // a spread of nothing in so few is one that was not seen
    // of the differences' variance what the days before make of it is not the stretches' own
    const double of_mean = (1 / n + reference.of_mean) / (1 + reference.of_one);
    const double error = std::sqrt(std::max(variance, unseen) * of_mean);
    const auto tells = [&](double cost, double score) {
      // what was seen of the spread is known from so many; what was not seen is a bound
      const double least = std::max(t_deviations(score, degrees_of(core)) * std::sqrt(variance),
                                    normal_deviations(score) * std::sqrt(unseen));
      return mean >= -cost / 2 && mean + cost >= least * std::sqrt(of_mean);
    };
    double cost = kLeastJobPids;
    if (!tells(cost, kTellsApart)) {
      silence.doubtful = true;
      // nor by what it costs where the PIDs are clearly less than with it
      if (!tells(cost, kTellsDoubtfully))
        cost = mean < -2 * error ? 0 : least_cost(job, k, silence);
      if (!tells(cost, cost > kLeastJobPids ? kTellsApart : kTellsDoubtfully)) return std::nullopt;
    }
    const auto compared = static_cast<double>(silence.compared);
    silence.without_job = silence.with_job - cost * compared;
    silence.observed = silence.with_job + mean * compared;
    silence.noise = error * compared;
    return silence;
  }

  static unsigned degrees_of(const Core& core) {
    return static_cast<unsigned>(std::max<std::size_t>(core.core_n, 2) - 1);
  }

  // What the job's intervals cost more than those of its ticks' other jobs alone, at least; the two
  // PIDs that every job takes where these never run without it.
  double least_cost(Runs job, std::size_t k, const SilentJob& silence) {
    const std::uint32_t own = clock_.ticks[job[k]].items;
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t label : clock_.item_sets.labels(own))
      if (label != silence.label) rest.push_back(label);
    if (rest.empty()) return kLeastJobPids;
    const std::int32_t seconds = clock_.intervals[job[k]].seconds;
    std::vector<std::int32_t> with = advances_of(own, seconds, [](std::uint32_t) { return true; });
    std::vector<std::int32_t> without = advances_of(set_of(rest), seconds, [&](std::uint32_t i) {
      return i <= silence.last_tick || i >= silence.next_tick;
    });
    if (with.size() < kKnownRuns || without.size() < kKnownRuns) return kLeastJobPids;
    const Core a = core_of(with);
    const Core b = core_of(without);
    const auto square_error = [](const Core& core) {
      const auto n = static_cast<double>(core.core_n);
      return core.square_sum / std::max(1.0, n - 1) / n;
    };
    // Welch's degrees are those of the smaller sample at least
    const double errors = t_deviations(kTellsDoubtfully, std::min(degrees_of(a), degrees_of(b)));
    const double more = a.mean - b.mean - errors * std::sqrt(square_error(a) + square_error(b));
    return std::max(kLeastJobPids, more / 10);
  }

  // Tenths of PIDs of the intervals of that length that a set begins, as far as they are `wanted`.
  template <typename Wanted>
  std::vector<std::int32_t> advances_of(std::uint32_t items, std::int32_t seconds,
                                        const Wanted& wanted) {
    std::vector<std::int32_t> tenths;
    if (items == kNoSet) return tenths;
    for (const std::uint32_t i : intervals_of_sets()[items]) {
      const Interval& interval = clock_.intervals[i];
      if (wanted(i) && std::abs(interval.seconds - seconds) <= kSameLength)
        tenths.push_back(10 * interval.advance);
    }
    return tenths;
  }

  // kNoSet: no tick has just these.
  std::uint32_t set_of(std::span<const std::uint32_t> labels) const {
    for (std::uint32_t items = 0; items < clock_.item_sets.size(); ++items)
      if (std::ranges::equal(clock_.item_sets.labels(items), labels)) return items;
    return kNoSet;
  }

  // Intervals that are judged, by the set that begins them.
  const std::vector<std::vector<std::uint32_t>>& intervals_of_sets() {
    if (!intervals_of_sets_.empty()) return intervals_of_sets_;
    intervals_of_sets_.resize(clock_.item_sets.size());
    for (std::uint32_t i = 0; i + 1 < clock_.ticks.size(); ++i) {
      const Interval& interval = clock_.intervals[i];
      if (interval.state == IntervalState::judged && interval.wraps == 0 && !interval.repaired)
        intervals_of_sets_[clock_.ticks[i].items].push_back(i);
    }
    return intervals_of_sets_;
  }

  const PidClock& clock_;
  std::vector<LocalMinute> minutes_;                           ///< of each tick
  std::optional<TickIndex> index_;                             ///< none: no silence was looked at
  std::vector<LocalMinute> days_;                              ///< begins of those to be looked at
  std::vector<std::vector<std::uint32_t>> intervals_of_sets_;  // nor one that is doubtful
  std::size_t steps_ = 0;  ///< runs, minutes and intervals that were looked at
  std::size_t most_steps_ = 0;
  bool whole_ = true;  ///< all silences
};

}  // namespace

SilentJobs find_silent_jobs(const PidClock& clock) {
  return SilenceFinder(clock).run();
}

}  // namespace pidometer
