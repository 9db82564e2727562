#include "plugin/anomaly/job_totals.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <tuple>

#include "plugin/anomaly/job_runs.h"
#include "plugin/anomaly/tail_chance.h"
#include "plugin/baseline/robust.h"

namespace pidometer {
namespace {

constexpr double kHourSeconds = 3600;

// One run a day, and one more at either end of the log: of a job that runs more often the hours
// behind it are so much of the day that an intruder is likely to come in one.
constexpr double kMoreRuns = 1;

// The middle one of five totals is not moved by two of them.
constexpr std::size_t kLeastRuns = 5;

// On this share of the days there must be something to see of it.
constexpr double kMostlySeen = 0.75;

// A job of which one run in six spends e times what it usually does says nothing about a sum.
constexpr double kMostSpread = 1;

// So many other runs must vary at the place: one is an intruder who came twice.
constexpr double kLeastVary = 2;

// Runs that are looked at before one window. No host starts hundreds of daily jobs in an hour whose
// work is seen; of a forged log what is further off explains nothing: a row more, never one less.
constexpr std::size_t kMostRuns = 512;

}  // namespace

JobTotals::JobTotals(const PidClock& clock, const OddRuns& odd, const WindowScan& scan)
    : clock_(clock), odd_(odd), scan_(scan) {
  double judged = 0;
  for (std::uint32_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    if (clock.intervals[i].state != IntervalState::judged) continue;
    judged += clock.intervals[i].seconds;
    const Window one = scan.measure(i, i + 1);
    if (std::abs(one.excess) >= work_bound(one)) vary_.push_back(i);
  }
  hours_ = std::max(1.0, judged / kHourSeconds);
  find_jobs();
}

// Jobs of about one run a day of which the totals are known.
void JobTotals::find_jobs() {
  std::vector<std::size_t> label_count = count_runs(clock_);
  for (const OddRuns::Run& run : odd_.runs()) --label_count[run.label];
  const double most = std::ceil(scan_.days()) + kMoreRuns;
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> job_of(label_count.size(), kNone);
  std::vector<Job> jobs;
  for (std::size_t label = 0; label < label_count.size(); ++label)
    if (label_count[label] >= kLeastRuns && static_cast<double>(label_count[label]) <= most) {
      job_of[label] = jobs.size();
      jobs.emplace_back();
    }
  if (jobs.empty()) return;
  for (std::uint32_t t = 0; t + 1 < clock_.ticks.size(); ++t) {
    std::optional<Run> run;  // all jobs of the tick have the same hour
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[t].items)) {
      if (job_of[label] == kNone) continue;
      if (!run) run = run_at(t);
      jobs[job_of[label]].runs.push_back(*run);
      jobs[job_of[label]].runs.back().odd = odd_.odd(t, label);
    }
  }
  for (Job& job : jobs)
    if (learn(job)) jobs_.push_back(std::move(job));
  for (std::uint32_t j = 0; j < jobs_.size(); ++j)
    for (std::uint32_t r = 0; r < jobs_[j].runs.size(); ++r)
      by_tick_.push_back({jobs_[j].runs[r].tick, j, r});
  std::ranges::sort(by_tick_, {}, [](const Place& p) { return std::tuple(p.tick, p.job, p.run); });
}

JobTotals::Run JobTotals::run_at(std::uint32_t tick) const {
  Run run;
  run.tick = run.end = tick;
  while (run.end + 1 < clock_.ticks.size() &&
         clock_.ticks[run.end].time - clock_.ticks[tick].time < kBehindRun) {
    if (clock_.intervals[run.end].state != IntervalState::judged) {
      run.whole = false;
      break;
    }
    run.pids += clock_.intervals[run.end].advance;
    ++run.end;
  }
  run.seconds = seconds_between(clock_.ticks[tick], clock_.ticks[run.end]);
  std::uint32_t begin = tick;
  double before = 0;
  while (begin > 0 && clock_.intervals[begin - 1].state == IntervalState::judged &&
         clock_.ticks[tick].time - clock_.ticks[begin - 1].time <= kBehindRun)
    before += clock_.intervals[--begin].advance;
  const double length = seconds_between(clock_.ticks[begin], clock_.ticks[tick]);
  run.before_rate = length >= kHourSeconds / 2 ? before / length : -1;
  return run;
}

// How many of these intervals vary.
double JobTotals::varying(std::uint32_t begin, std::uint32_t end) const {
  return begin >= end ? 0
                      : static_cast<double>(std::ranges::lower_bound(vary_, end) -
                                            std::ranges::lower_bound(vary_, begin));
}

// What its runs spend in the hour beyond what goes on in the hours before them. Returns whether
// that is seen on most days, and of a size.
bool JobTotals::learn(Job& job) const {
  std::vector<double> rates;
  for (const Run& run : job.runs)
    if (run.before_rate >= 0 && !run.odd) rates.push_back(run.before_rate);
  if (rates.size() < kLeastRuns) return false;
  job.before = median_of(rates);
  std::vector<double> logs;
  double whole = 0;
  double own = 0;
  std::uint32_t told = 0;  // hours of two runs may overlap
  for (Run& run : job.runs) {
    run.total = run.pids - job.before * run.seconds;
    if (!run.whole || run.odd) continue;
    job.dearest = std::max(job.dearest, run.total);
    whole += 1;
    own += varying(std::max(told, run.tick), run.end);
    told = std::max(told, run.end);
    if (run.total >= 1) logs.push_back(std::log(run.total));
  }
  const auto seen = static_cast<double>(logs.size());
  if (logs.size() < kLeastRuns || seen < kMostlySeen * whole) return false;
  job.size = usual_size(logs);
  // where none is seen one may be: a rate of 0 makes anything certain
  job.by_chance =
      std::max(1.0, static_cast<double>(vary_.size()) - own) / std::max(1.0, hours_ - whole);
  return job.size.spread <= kMostSpread;
}

// Whether other runs' work varies at the window's distance from its run.
bool JobTotals::reaches(const Job& job, const Run& run, const Window& window) const {
  if (window.begin == run.tick) return true;
  const auto from = clock_.ticks[window.begin].time - clock_.ticks[run.tick].time;
  const auto to = clock_.ticks[window.end].time - clock_.ticks[run.tick].time;
  double others = 0;
  double varied = 0;
  for (const Run& other : job.runs) {
    if (!other.whole || other.odd || other.tick == run.tick) continue;
    others += 1;
    const Timestamp start = clock_.ticks[other.tick].time;
    auto at = std::ranges::lower_bound(vary_, other.tick);
    for (; at != vary_.end() && *at < other.end; ++at)
      if (clock_.ticks[*at].time - start < to && clock_.ticks[*at + 1].time - start > from) {
        varied += 1;
        break;
      }
  }
  const double length = std::chrono::duration<double>(to - from).count() / kHourSeconds;
  return varied >= kLeastVary && !may_be_chance(varied, others * job.by_chance * length);
}

// Whether no other run of the job's stands between this one and the window; one at an odd minute
// hides none that is not.
bool JobTotals::is_newest(const Job& job, std::size_t run, const Window& window) {
  std::size_t next = run + 1;
  while (next < job.runs.size() && job.runs[next].odd && !job.runs[run].odd) ++next;
  return next == job.runs.size() || job.runs[next].tick > window.begin;
}

// What of a window's score a run at an odd minute leaves, whose total is beyond the dearest. Where
// the window has the run's own interval, what its job may cost there is taken off by the score.
void JobTotals::beyond_dearest(const Job& job, const Run& run, Window window, Steps& told) const {
  const double own = std::max(0.0, scan_.calibration().without_level(window).beyond);
  told.dearest = job.dearest;
  told.beyond = run.total - kDearer * job.dearest;
  if (told.beyond <= 0) return;
  window.excess = std::min(window.excess, told.beyond + own);
  told.beyond_score = scan_.score(window);
}

double JobTotals::explained(const Window& window, Steps* steps, bool by_odd) const {
  double score = window.score;
  const Timestamp start = clock_.ticks[window.begin].time;
  auto place = std::ranges::upper_bound(by_tick_, window.begin, {}, &Place::tick);
  std::size_t looked_at = 0;
  while (place != by_tick_.begin() && looked_at < kMostRuns) {
    --place;
    ++looked_at;
    const Job& job = jobs_[place->job];
    const Run& run = job.runs[place->run];
    if (start - clock_.ticks[run.tick].time > kBehindRun || clock_.ticks[run.tick].time > start)
      break;  // nor do earlier ones reach so far
    if (run.end < window.end) continue;
    if ((run.odd && !by_odd) || !is_newest(job, place->run, window)) continue;
    Steps told;
    told.total = run.total;
    told.size = job.size;
    told.deviations = job.size.deviations(run.total);
    told.chance = surprise_of_t(told.deviations, job.size.degrees);
    if (told.chance >= score || !reaches(job, run, window)) continue;
    if (run.odd) beyond_dearest(job, run, window, told);
    const double left = std::max(told.chance, told.beyond_score);
    if (left >= score) continue;
    score = left;
    if (steps != nullptr) *steps = told;
  }
  return score;
}

}  // namespace pidometer
