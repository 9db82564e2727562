#include "plugin/anomaly/absent_lines.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "plugin/anomaly/absent_jobs.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/background_rate.h"
#include "plugin/baseline/interval_groups.h"
#include "plugin/baseline/unseen_events.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// Standard errors by which the PIDs must speak against the job's not having run: as for a silence
// (silent_jobs.cc).
constexpr double kTellsApart = 4;

// More than the intervals take with the job, by as many, is somebody's work, which may stand for a
// job that did not run as well.
constexpr double kFits = 2;

// Below the difference of two groups of intervals: so many standard errors are left open.
constexpr double kCostErrors = 3;

// Groups that are looked through for one job's cost: those of the most intervals.
constexpr std::size_t kMostGroups = 64;

constexpr double kHalfMinute = 30;

// Lines further apart are no row of them.
constexpr LocalMinute kOneRow = kLocalDay;

/// What a job costs at least, by the groups of common intervals.
class LeastCosts {
 public:
  LeastCosts(const PidClock& clock, const Baseline& baseline)
      : clock_(clock), baseline_(baseline), groups_(group_intervals(clock)) {
    std::vector<std::uint32_t> common;
    for (std::uint32_t g = 0; g < groups_.groups.size(); ++g)
      if (groups_.groups[g].common) common.push_back(g);
    std::ranges::stable_sort(common, [&](std::uint32_t a, std::uint32_t b) {
      return groups_.groups[a].core.n > groups_.groups[b].core.n;
    });
    of_job_.resize(groups_.seen.size());
    for (const std::uint32_t g : common) {
      const IntervalGroup& group = groups_.groups[g];
      const std::span<const std::uint32_t> labels = clock.item_sets.labels(group.items);
      by_set_[{labels.begin(), labels.end()}].push_back(g);
      for (const std::uint32_t label : labels)
        if (of_job_[label].size() < kMostGroups) of_job_[label].push_back(g);
    }
  }

  double of(std::uint32_t label) {
    const auto known = known_.find(label);
    return known != known_.end() ? known->second : known_[label] = measure(label);
  }

  /// Whether the two intervals have one length and as many jobs at their end.
  bool alike(std::uint32_t a, std::uint32_t b) const {
    const IntervalGroup& x = groups_.groups[groups_.of_interval[a]];
    const IntervalGroup& y = groups_.groups[groups_.of_interval[b]];
    return x.half_minutes == y.half_minutes && x.next_jobs == y.next_jobs;
  }

 private:
  static double square_error(const IntervalGroup& group) {
    const auto n = static_cast<double>(group.core.core_n);
    return std::max(group.core.square_sum / std::max(1.0, n - 1), kUnseenEvents / n) / n;
  }

  // What the intervals of a set that holds it cost more than those of the set without it, by the
  // pair that is known best; or, where it stands alone, more than the background takes at most.
  double measure(std::uint32_t label) const {
    double best_error = 0;
    double cost = kLeastJobPids;
    const auto take = [&](double more, double square) {
      if (best_error > 0 && square >= best_error) return;
      best_error = square;
      cost = std::max(kLeastJobPids, more - kCostErrors * std::sqrt(square));
    };
    for (const std::uint32_t g : of_job_[label]) {
      const IntervalGroup& group = groups_.groups[g];
      std::vector<std::uint32_t> rest;
      const std::span<const std::uint32_t> labels = clock_.item_sets.labels(group.items);
      std::ranges::remove_copy(labels, std::back_inserter(rest), label);
      if (rest.size() + 1 != labels.size()) continue;  // two runs of it
      if (rest.empty()) {
        const double background =
            baseline_.most_background_per_second * kHalfMinute * group.half_minutes;
        take(group.core.mean - background - std::max(0, group.next_jobs - 1), square_error(group));
        continue;
      }
      const auto others = by_set_.find(rest);
      if (others == by_set_.end()) continue;
      for (const std::uint32_t o : others->second) {
        const IntervalGroup& other = groups_.groups[o];
        if (other.half_minutes == group.half_minutes && other.next_jobs == group.next_jobs)
          take(group.core.mean - other.core.mean, square_error(group) + square_error(other));
      }
    }
    return cost;
  }

  const PidClock& clock_;
  const Baseline& baseline_;
  IntervalGroups groups_;
  std::vector<std::vector<std::uint32_t>> of_job_;
  std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> by_set_;
  std::map<std::uint32_t, double> known_;
};

/// One tick that lacks a job.
struct Lack {
  std::uint32_t label = 0;
  std::uint32_t tick = 0;
  std::uint32_t seen = 0;
  double with_job = 0;
  double variance = 0;
  unsigned degrees = 0;
};

class Finder {
 public:
  Finder(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
      : clock_(clock), baseline_(baseline), scan_(scan), alike_(clock, baseline) {}

  std::vector<AbsentLines> run(const SilentJobs& silent) {
    std::vector<AbsentLines> found;
    std::vector<Lack> lacks = find_lacks();
    std::erase_if(lacks, [&](const Lack& lack) {
      return std::ranges::any_of(silent.jobs, [&](const SilentJob& job) {
        return job.label == lack.label && job.last_tick <= lack.tick && lack.tick <= job.next_tick;
      });
    });
    std::ranges::stable_sort(lacks, {}, &Lack::label);
    for (std::size_t begin = 0, end = 0; begin < lacks.size(); begin = end) {
      end = begin + 1;
      while (end < lacks.size() && in_a_row(lacks[end - 1], lacks[end])) ++end;
      if (auto one = judge(std::span(lacks).subspan(begin, end - begin))) found.push_back(*one);
    }
    return found;
  }

 private:
  std::vector<Lack> find_lacks() {
    std::vector<Lack> lacks;
    for (std::uint32_t tick = 0; tick + 1 < clock_.ticks.size(); ++tick) {
      if (!teaches(clock_.intervals[tick])) continue;
      const auto absent = alike_.absent_from(tick);
      if (!absent) continue;
      if (!costs_) costs_.emplace(clock_, baseline_);
      if (!costs_->alike(tick, absent->like)) continue;
      const Expectation& e = baseline_.expected[absent->like];
      const double with =
          static_cast<double>(e.mean) + level_pids(clock_, baseline_.level, e, tick);
      for (const std::uint32_t label : absent->labels)
        lacks.push_back({label, tick, absent->seen, with, static_cast<double>(e.variance),
                         baseline_.comparables[e.comparable].degrees});
    }
    return lacks;
  }

  // No line of the job's stands between the two.
  bool in_a_row(const Lack& a, const Lack& b) const {
    if (a.label != b.label ||
        local_minute_of(clock_.ticks[b.tick]) - local_minute_of(clock_.ticks[a.tick]) > kOneRow)
      return false;
    for (std::uint32_t tick = a.tick + 1; tick < b.tick; ++tick)
      if (std::ranges::binary_search(clock_.item_sets.labels(clock_.ticks[tick].items), a.label))
        return false;
    return true;
  }

  std::optional<AbsentLines> judge(std::span<const Lack> row) {
    AbsentLines lines;
    lines.label = row.front().label;
    lines.first_tick = row.front().tick;
    lines.last_tick = row.back().tick;
    lines.lines = static_cast<std::uint32_t>(row.size());
    lines.seen = row.front().seen;
    double variance = 0;
    unsigned degrees = 0;
    for (const Lack& lack : row) {
      lines.seen = std::min(lines.seen, lack.seen);
      lines.observed += clock_.intervals[lack.tick].advance;
      lines.with_job += lack.with_job;
      variance += lack.variance;
      if (lack.degrees > 0) degrees = degrees == 0 ? lack.degrees : std::min(degrees, lack.degrees);
    }
    // sums vary by more than their intervals do (window_calibration.h)
    variance *= scan_.calibration().spread(width_index(row.size()));
    lines.noise = std::sqrt(variance);
    const double cost = costs_->of(lines.label) * static_cast<double>(row.size());
    lines.without_job = lines.with_job - cost;
    const double more = static_cast<double>(lines.observed) - lines.with_job;
    const double beyond = (more + cost) / lines.noise;
    const bool tells = degrees == 0
                           ? beyond >= kTellsApart
                           : normal_deviations(surprise_of_t(beyond, degrees)) >= kTellsApart;
    if (!tells || more < -cost / 2 || more > kFits * lines.noise) return std::nullopt;
    return lines;
  }

  const PidClock& clock_;
  const Baseline& baseline_;
  const WindowScan& scan_;
  TicksAlike alike_;
  std::optional<LeastCosts> costs_;  // most logs lack no line
};

}  // namespace

std::vector<AbsentLines> find_absent_lines(const PidClock& clock, const Baseline& baseline,
                                           const WindowScan& scan, const SilentJobs& silent) {
  return Finder(clock, baseline, scan).run(silent);
}

}  // namespace pidometer
