#include "plugin/anomaly/level_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "plugin/anomaly/job_runs.h"
#include "plugin/anomaly/pid_finding.h"
#include "plugin/baseline/interval_groups.h"

namespace pidometer {
namespace {

// More than all of nineteen others is what chance makes once in twenty times, and the first that is
// seldom: of fewer intervals the largest may be anything.
constexpr std::size_t kLeastIntervals = 20;

// Work goes on behind its interval as long as the intervals are far out (job_runs.h); a quiet one
// or two are a pause, unless another run of the job shows that nothing comes behind it.
constexpr std::uint32_t kQuietIntervals = 2;

// A job may sleep first (Debian's cron.daily does, up to half an hour), and then nothing tells its
// pace. Of three runs two others show what comes behind one (job_spill.h), and a log of three days
// has as many of a daily job: in a shorter one it is not known of such a job whether it sleeps.
constexpr std::size_t kTellingRuns = 3;
constexpr double kTellingDays = 3;

// What a line takes that only sleeps: cron's child, a shell, the job (rare_intervals.cc).
constexpr double kLinePids = 3;

constexpr std::size_t kDayHours = 24;

// ... and at the pace that it had: of a work in pieces that are started one by one the first
// minutes show a quarter or four times of what follows. What is faster is something else.
constexpr double kPaceTimes = 4;

}  // namespace

LevelBounds::LevelBounds(const PidClock& clock, const Baseline& baseline, const WindowScan& scan)
    : clock_(clock), baseline_(baseline), scan_(scan), running_(clock.intervals.size(), false) {
  short_log_ = std::ranges::count_if(clock.intervals, teaches) <
               static_cast<std::ptrdiff_t>(kLeastIntervals);
  if (baseline.level.used() && scan.days() < kHoursDays) busiest_rate_ = busiest_rate();
  mark_running();
}

void LevelBounds::mark_running() {
  std::unordered_map<std::uint32_t, std::size_t> runs;
  for (const RareRun& run : baseline_.rare_runs) ++runs[run.label];
  const auto sleep = [&](const RareRun& run) {
    const Window own = scan_.measure(run.interval, run.interval + 1);
    return runs[run.label] < kTellingRuns && scan_.days() < kTellingDays &&
                   static_cast<double>(run.pids) < kLinePids + work_bound(own)
               ? std::numeric_limits<std::uint32_t>::max()
               : kQuietIntervals;
  };
  std::unordered_set<std::uint32_t> denied;  // jobs with a run that has nothing behind it
  for (const RareRun& run : baseline_.rare_runs)
    if (behind(run, sleep(run), kQuietIntervals).empty()) denied.insert(run.label);
  for (const RareRun& run : baseline_.rare_runs) {
    const bool may = !denied.contains(run.label);
    auto pids = static_cast<double>(run.pids);
    for (const std::uint32_t i : behind(run, may ? sleep(run) : 0, may ? kQuietIntervals : 0)) {
      running_[i] = true;
      pids += scan_.measure(i, i + 1).excess;
    }
    if (runs[run.label] == 1) once_pids_ = std::max(once_pids_, pids);
  }
}

// The level's rate that intervals reach for an hour a day.
double LevelBounds::busiest_rate() const {
  std::vector<double> rates;
  for (const WindowSums::Run& run : scan_.sums().runs())
    for (std::uint32_t i = run.begin; i < run.end; ++i)
      rates.push_back(baseline_.level.rate(i, i + 1));
  if (rates.empty()) return 0;
  const auto hour = static_cast<std::ptrdiff_t>(rates.size() / kDayHours);
  std::ranges::nth_element(rates, rates.end() - 1 - hour);
  return *(rates.end() - 1 - hour);
}

// The intervals behind a run's own in which its job may go on, after so many quiet ones at first
// and later.
std::vector<std::uint32_t> LevelBounds::behind(const RareRun& run, std::uint32_t sleep,
                                               std::uint32_t pause) const {
  std::vector<std::uint32_t> found;
  const Timestamp start = clock_.ticks[run.interval].time;
  const bool slept = sleep > kQuietIntervals;
  const double pace = kPaceTimes * static_cast<double>(run.pids) /
                      std::max(1, clock_.intervals[run.interval].seconds);
  if (pace <= 0 && !slept) return found;
  std::uint32_t quiet = 0;
  for (std::uint32_t i = run.interval + 1; i + 1 < clock_.intervals.size(); ++i) {
    if (clock_.intervals[i].state != IntervalState::judged ||
        clock_.ticks[i].time - start > kBehindRun)
      break;
    const Window one = scan_.measure(i, i + 1);
    if (one.excess < work_bound(one)) {
      if (++quiet > (found.empty() ? sleep : pause)) break;
      continue;
    }
    if (!slept && one.excess > pace * clock_.intervals[i].seconds) break;
    quiet = 0;
    found.push_back(i);
  }
  return found;
}

LevelBound LevelBounds::of(const Window& window) const {
  if (short_log_) return LevelBound::short_log;
  if (by_running_jobs(window)) return LevelBound::running_job;
  if (by_higher_side(window)) return LevelBound::unknown_hours;
  if (by_quiet_hour(window)) return LevelBound::quiet_hour;
  return LevelBound::none;
}

double LevelBounds::seconds_of(const Window& window) const {
  return seconds_between(clock_.ticks[window.begin], clock_.ticks[window.end]);
}

bool LevelBounds::alarm(Window window) const {
  if (window.excess <= 0) return false;
  window.score = scan_.score(window);
  return level_of(window.score, scan_.looks(), scan_.days()) >= Level::medium;
}

// What goes on at one side of the window as it does within is a change of the level. Where the log
// has too few days to show at which hours it changes, that is all that can be said.
bool LevelBounds::by_higher_side(const Window& window) const {
  if (!baseline_.level.used() || scan_.days() >= kHoursDays) return false;
  Window rest = window;
  rest.excess -= (baseline_.level.higher_rate(window.begin, window.end) -
                  baseline_.level.rate(window.begin, window.end)) *
                 seconds_of(window);
  return !alarm(rest);
}

// A quiet hour may be about to end: so few days do not show at which hours that happens. It is an
// alarm there if it is one in the busiest hour of the log, at its level and with its spread.
bool LevelBounds::by_quiet_hour(const Window& window) const {
  if (busiest_rate_ <= 0) return false;
  const WindowSums& sums = scan_.sums();
  const double level = sums.level_pids(window.begin, window.end);
  const double busy = busiest_rate_ * seconds_of(window);
  if (level >= busy) return false;
  WindowCalibration::Sum sum = scan_.calibration().without_level(window);
  sum.excess += level - busy;
  if (sum.excess <= 0) return true;
  sum.variance = std::max(window.variance, scan_.calibration().spread(width_index(window.width())) *
                                               sums.variance_at(window.begin, window.end, busy));
  sum.random_mean += busy;
  return level_of(scan_.score(sum, window.width()), scan_.looks(), scan_.days()) < Level::medium;
}

bool LevelBounds::by_running_jobs(const Window& window) const {
  Window rest = window;
  bool any = false;
  for (std::uint32_t i = window.begin; i < window.end; ++i)
    if (running_[i]) {
      rest.excess -= scan_.measure(i, i + 1).excess;
      any = true;
    }
  return any && !alarm(rest);
}

}  // namespace pidometer
