#include "plugin/anomaly/job_totals.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

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

}  // namespace

JobTotals::JobTotals(const PidClock& clock, const WindowScan& scan) : clock_(clock), scan_(scan) {
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
  const std::vector<std::size_t> label_count = count_runs(clock_);
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
  for (std::uint32_t t = 0; t + 1 < clock_.ticks.size(); ++t)
    for (const std::uint32_t label : clock_.item_sets.labels(clock_.ticks[t].items))
      if (job_of[label] != kNone) jobs[job_of[label]].runs.push_back(run_at(t));
  for (Job& job : jobs)
    if (learn(job)) jobs_.push_back(std::move(job));
}

JobTotals::Run JobTotals::run_at(std::uint32_t tick) const {
  Run run{tick, tick, true, 0};
  while (run.end + 1 < clock_.ticks.size() &&
         clock_.ticks[run.end].time - clock_.ticks[tick].time < kBehindRun) {
    if (clock_.intervals[run.end].state != IntervalState::judged) {
      run.whole = false;
      break;
    }
    ++run.end;
  }
  return run;
}

double JobTotals::seconds(std::uint32_t begin, std::uint32_t end) const {
  return std::chrono::duration<double>(clock_.ticks[end].time - clock_.ticks[begin].time).count();
}

double JobTotals::advance(std::uint32_t begin, std::uint32_t end) const {
  double sum = 0;
  for (std::uint32_t i = begin; i < end; ++i) sum += clock_.intervals[i].advance;
  return sum;
}

// What its runs spend in the hour beyond what goes on in the hours before them. Returns whether
// that is seen on most days, and of a size.
bool JobTotals::learn(Job& job) const {
  std::vector<double> rates;
  for (const Run& run : job.runs) {
    std::uint32_t begin = run.tick;
    while (begin > 0 && clock_.intervals[begin - 1].state == IntervalState::judged &&
           clock_.ticks[run.tick].time - clock_.ticks[begin - 1].time <= kBehindRun)
      --begin;
    if (const double length = seconds(begin, run.tick); length >= kHourSeconds / 2)
      rates.push_back(advance(begin, run.tick) / length);
  }
  if (rates.size() < kLeastRuns) return false;
  job.before = median_of(rates);
  std::vector<double> logs;
  double whole = 0;
  double own = 0;
  for (Run& run : job.runs) {
    run.total = advance(run.tick, run.end) - job.before * seconds(run.tick, run.end);
    if (!run.whole) continue;
    whole += 1;
    own += static_cast<double>(std::ranges::lower_bound(vary_, run.end) -
                               std::ranges::lower_bound(vary_, run.tick));
    if (run.total >= 1) logs.push_back(std::log(run.total));
  }
  const auto seen = static_cast<double>(logs.size());
  if (logs.size() < kLeastRuns || seen < kMostlySeen * whole) return false;
  job.size = usual_size(logs);
  job.by_chance = (static_cast<double>(vary_.size()) - own) / std::max(1.0, hours_ - whole);
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
    if (!other.whole || other.tick == run.tick) continue;
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

double JobTotals::explained(const Window& window, Steps* steps) const {
  double score = window.score;
  for (const Job& job : jobs_) {
    auto run = std::ranges::upper_bound(job.runs, window.begin, {}, &Run::tick);
    if (run == job.runs.begin()) continue;
    --run;
    if (run->end < window.end) continue;
    Steps told;
    told.total = run->total;
    told.size = job.size;
    told.deviations = job.size.deviations(run->total);
    told.chance = surprise_of_t(told.deviations, job.size.degrees);
    if (told.chance >= score || !reaches(job, *run, window)) continue;
    score = told.chance;
    if (steps != nullptr) *steps = told;
  }
  return score;
}

}  // namespace pidometer
