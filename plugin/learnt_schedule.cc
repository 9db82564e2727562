#include "plugin/learnt_schedule.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "plugin/crontab/inferred_schedule.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// Of a silence longer than a day between two ticks nothing tells whether cron ran.
constexpr std::chrono::hours kLongestSilence{25};

/// What the ticks have of one label.
struct Runs {
  std::vector<std::int64_t> minutes;  ///< local, ascending unless the clock was set back
  Timestamp first;
  Timestamp last;
  double variance = 0;  ///< summed over the judged intervals that it begins
  std::uint64_t intervals = 0;
};

/// Where the log has each job that was due.
std::vector<LocalStretch> whole_stretches(const PidClock& clock) {
  std::vector<LocalStretch> stretches;
  for (std::size_t i = 0; i < clock.ticks.size(); ++i) {
    const LocalMinute minute = local_minute_of(clock.ticks[i]);
    const bool goes_on = i > 0 && clock.intervals[i - 1].state == IntervalState::judged &&
                         !stretches.empty() &&
                         clock.ticks[i].time - clock.ticks[i - 1].time <= kLongestSilence &&
                         minute >= stretches.back().end - 1;
    if (goes_on)
      stretches.back().end = minute + 1;
    else if (stretches.empty() || minute >= stretches.back().end)
      stretches.push_back({minute, minute + 1});
  }
  return stretches;
}

}  // namespace

std::vector<LearntJob> learnt_schedule(const LogSeries& log, const PidClock& clock,
                                       const Baseline& baseline) {
  std::vector<Runs> runs(log.labels.size());
  for (std::size_t i = 0; i < clock.ticks.size(); ++i) {
    const Tick& tick = clock.ticks[i];
    std::uint32_t before = 0;
    for (const std::uint32_t label : clock.item_sets.labels(tick.items)) {
      Runs& one = runs[label];
      if (one.minutes.empty()) one.first = tick.time;
      one.last = tick.time;
      one.minutes.push_back(local_minute_of(tick));
      if (std::exchange(before, label) == label) continue;  // twice in one tick
      if (clock.intervals[i].state != IntervalState::judged) continue;
      one.variance += static_cast<double>(baseline.expected[i].variance);
      ++one.intervals;
    }
  }
  const std::vector<LocalStretch> stretches = whole_stretches(clock);
  std::vector<LearntJob> jobs;
  std::vector<std::uint32_t> labels;
  for (std::uint32_t label = 1; label < runs.size(); ++label)
    if (!runs[label].minutes.empty()) labels.push_back(label);
  std::ranges::stable_sort(labels, [&](std::uint32_t a, std::uint32_t b) {
    return runs[a].minutes.size() > runs[b].minutes.size();
  });
  if (labels.size() > kMostLearntJobs) labels.resize(kMostLearntJobs);
  for (const std::uint32_t label : labels) {
    Runs& one = runs[label];
    std::ranges::sort(one.minutes);
    const InferredSchedule inferred = infer_schedule(one.minutes, stretches);
    LearntJob job;
    job.username = log.labels[label].username;
    job.command = log.labels[label].command;
    for (const InferredLine& line : inferred.lines)
      job.times.push_back({line.fields, line.due, line.runs});
    job.runs = one.minutes.size();
    job.other_runs = inferred.other_runs;
    if (label < baseline.job_costs.size()) job.pids = baseline.job_costs[label];
    if (one.intervals > 0)
      job.spread = std::sqrt(one.variance / static_cast<double>(one.intervals));
    job.first = one.first;
    job.last = one.last;
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace pidometer
