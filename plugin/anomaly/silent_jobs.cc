#include "plugin/anomaly/silent_jobs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

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

// Minutes of a silence that are compared: the spread of so many tells a PID from two on any host
// on which it can be told at all.
constexpr std::uint64_t kMostCompared = 5000;

// A log that jumps about in time has long silences without number: no more minutes than ten years
// of a job of every minute are looked at.
constexpr std::size_t kMostMinutes = 10 * 366 * 1440;

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

/// The runs of all jobs, side by side by label.
class RunsByLabel {
 public:
  explicit RunsByLabel(const PidClock& clock) {
    const ItemSets& sets = clock.item_sets;
    std::vector<std::uint32_t> of_set(sets.size());
    for (const Tick& tick : clock.ticks) ++of_set[tick.items];
    std::vector<std::uint32_t> next;
    for (std::uint32_t items = 0; items < of_set.size(); ++items)
      for_each_job(sets.labels(items), [&](std::uint32_t label) {
        if (label >= next.size()) next.resize(label + 1);
        next[label] += of_set[items];
      });
    std::uint32_t total = 0;
    for (std::uint32_t& count : next) {
      starts_.push_back(total);
      total += std::exchange(count, total);
    }
    starts_.push_back(total);
    ticks_.resize(total);
    for (std::uint32_t i = 0; i < clock.ticks.size(); ++i)
      for_each_job(sets.labels(clock.ticks[i].items),
                   [&](std::uint32_t label) { ticks_[next[label]++] = i; });
  }

  std::uint32_t labels() const { return static_cast<std::uint32_t>(starts_.size() - 1); }
  Runs runs(std::uint32_t label) const {
    return Runs(ticks_).subspan(starts_[label], starts_[label + 1] - starts_[label]);
  }

 private:
  // Labels are sorted; one that stands twice in a tick is one job.
  template <typename Act>
  static void for_each_job(std::span<const std::uint32_t> labels, const Act& act) {
    for (std::size_t k = 0; k < labels.size(); ++k)
      if (k == 0 || labels[k] != labels[k - 1]) act(labels[k]);
  }

  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> ticks_;
};

class SilenceFinder {
 public:
  explicit SilenceFinder(const PidClock& clock) : clock_(clock) {}

  SilentJobs run() {
    SilentJobs found;
    if (clock_.ticks.empty() || !clock_.order.is_clock()) return found;
    minutes_.reserve(clock_.ticks.size());
    for (const Tick& tick : clock_.ticks) minutes_.push_back(local_minute_of(tick));
    const RunsByLabel jobs(clock_);
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
    found.whole = looked_at_ <= kMostMinutes;
    return found;
  }

 private:
  struct Compared {
    /// What was compared with the same days of one minute.
    struct Reference {
      LocalMinute of_day;
      double compared = 0;
      double days = 0;  // sum over these
    };
    std::vector<std::int32_t> differences;  // in tenths of a PID
    std::uint32_t until = 0;                // tick up to which PIDs were counted
    std::vector<Reference> references;      // ascending by of_day

    void add(LocalMinute of_day, double days) {
      auto at = std::ranges::lower_bound(references, of_day, {}, &Reference::of_day);
      if (at == references.end() || at->of_day != of_day)
        at = references.insert(at, Reference{of_day});
      at->compared += 1;
      at->days += days;
    }

    /// What the days that were compared with vary, in units of what one stretch does: variance of
    /// the mean over all differences, and of the single ones from their mean.
    struct Spread {
      double of_mean = 0;
      double of_one = 0;
    };
    // All days of a silence are compared with the same few days before it: what these vary does not
    // become less with the number of the others.
    Spread reference_spread() const {
      const auto n = static_cast<double>(differences.size());
      Spread spread;
      for (const Reference& r : references) {
        const double own = r.compared / r.days;  // of the mean of its days
        const double share = r.compared / n;
        spread.of_mean += share * share * own;
        spread.of_one += share * own;
      }
      spread.of_one -= spread.of_mean;
      return spread;
    }
  };

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
    if (looked_at_ > kMostMinutes) return std::nullopt;
    if (!index_) index_.emplace(clock_.ticks);
    SilentJob silence;
    silence.label = label;
    silence.last_tick = job[k];
    silence.comes_back = k + 1 < job.size();
    silence.next_tick =
        silence.comes_back ? job[k + 1] : static_cast<std::uint32_t>(clock_.ticks.size() - 1);
    Compared so_far;
    const LocalMinute start = minutes_[job[k]];
    // the minutes of the last days before, moved on by whole days until the silence is over
    std::vector<LocalMinute> of_day;
    for (std::size_t back = k + 1;
         back-- > 0 && minutes_[job[back]] >= start - kDaysBefore * kLocalDay;)
      of_day.push_back((minutes_[job[back]] % kLocalDay + kLocalDay) % kLocalDay);
    std::ranges::sort(of_day);
    for (LocalMinute day = (start / kLocalDay) * kLocalDay; day < end; day += kLocalDay)
      for (std::size_t m = 0; m < of_day.size(); ++m) {
        const LocalMinute minute = day + of_day[m];
        if (++looked_at_ > kMostMinutes) return std::nullopt;
        if ((m > 0 && of_day[m] == of_day[m - 1]) || minute <= start || minute >= end) continue;
        if (ran(label, minute) || !scheduled(job, label, minute, start, end)) continue;
        ++silence.missing;
        if (so_far.differences.size() < kMostCompared) compare(minute, start, silence, so_far);
      }
    silence.compared = so_far.differences.size();
    if (silence.compared < kLeastCompared) return std::nullopt;
    return verdict(job, k, so_far, silence);
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
  void compare(LocalMinute minute, LocalMinute start, SilentJob& silence, Compared& so_far) const {
    const std::uint32_t a = index_->before(minute, kNear);
    const std::uint32_t b = index_->behind(minute, kNear);
    if (a == kNoTick || b == kNoTick || a < so_far.until) return;
    const auto now = advance(a, b);
    if (!now) return;
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
    so_far.add((minute % kLocalDay + kLocalDay) % kLocalDay, days);
    silence.with_job += expected;
  }

  // PIDs from one tick to another, where every interval between them has a distance. A gap has one
  // too: what is missing in it is what is looked for.
  std::optional<double> advance(std::uint32_t from, std::uint32_t to) const {
    if (from >= to || to - from > 2 * kNear) return std::nullopt;
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

  std::optional<SilentJob> verdict(Runs job, std::size_t k, Compared& so_far, SilentJob silence) {
    // an intruder's own PIDs among them, and what else is far out, must not decide
    const Compared::Spread reference = so_far.reference_spread();
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
  std::optional<TickIndex> index_;                             // most logs have no such silence
  std::vector<std::vector<std::uint32_t>> intervals_of_sets_;  // nor one that is doubtful
  std::size_t looked_at_ = 0;
};

}  // namespace

SilentJobs find_silent_jobs(const PidClock& clock) {
  return SilenceFinder(clock).run();
}

}  // namespace pidometer
