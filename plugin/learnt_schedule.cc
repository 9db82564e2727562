#include "plugin/learnt_schedule.h"

#include <algorithm>
#include <chrono>
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
  std::vector<LocalMinute> minutes;  ///< ascending unless the clock was set back
  std::vector<std::uint32_t> ticks;  ///< of each
  Timestamp first;
  Timestamp last;
  std::vector<std::int32_t> advances;  ///< of the judged intervals that it begins alone
};

/// Where the log has each job that was due. An hour that the wall clock leaves out, as daylight
/// saving begins, lies in none: nothing was due in it.
std::vector<LocalStretch> whole_stretches(const PidClock& clock) {
  std::vector<LocalStretch> stretches;
  for (std::size_t i = 0; i < clock.ticks.size(); ++i) {
    const LocalMinute minute = local_minute_of(clock.ticks[i]);
    const bool goes_on =
        i > 0 && clock.intervals[i - 1].state == IntervalState::judged && !stretches.empty() &&
        clock.ticks[i].utc_offset_minutes <= clock.ticks[i - 1].utc_offset_minutes &&
        clock.ticks[i].time - clock.ticks[i - 1].time <= kLongestSilence &&
        minute >= stretches.back().end - 1;
    if (goes_on)
      stretches.back().end = minute + 1;
    else if (stretches.empty() || minute >= stretches.back().end)
      stretches.push_back({minute, minute + 1});
  }
  return stretches;
}

/// The run of a local minute, which has one.
LearntRun run_at(LocalMinute minute, const PidClock& clock,
                 const std::vector<std::uint32_t>& ticks) {
  const auto found = std::ranges::find_if(
      ticks, [&](std::uint32_t tick) { return local_minute_of(clock.ticks[tick]) == minute; });
  const Timestamp time = clock.ticks[*found].time;
  const LocalMinute utc = std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
  return {time, static_cast<int>(minute - utc)};
}

/// By label: whether it is anacron's word that it started. What cron ran is the line before it, and
/// what it runs then comes at no time of a crontab's.
std::vector<bool> anacrons_starts(const LogSeries& log) {
  std::vector<bool> starts(log.labels.size(), false);
  for (const StoredRecord& record : log.records)
    if (record.event == CronEvent::anacron_start) starts[record.label] = true;
  return starts;
}

}  // namespace

std::vector<LearntJob> learnt_schedule(const LogSeries& log, const PidClock& clock) {
  std::vector<Runs> runs(log.labels.size());
  for (std::size_t i = 0; i < clock.ticks.size(); ++i) {
    const Tick& tick = clock.ticks[i];
    const auto labels = clock.item_sets.labels(tick.items);
    for (const std::uint32_t label : labels) {
      Runs& one = runs[label];
      if (one.minutes.empty()) one.first = tick.time;
      one.last = tick.time;
      one.minutes.push_back(local_minute_of(tick));
      one.ticks.push_back(static_cast<std::uint32_t>(i));
      if (labels.size() == 1 && clock.intervals[i].state == IntervalState::judged)
        one.advances.push_back(clock.intervals[i].advance);
    }
  }
  const CoveredMinutes covered(whole_stretches(clock));
  std::vector<LearntJob> jobs;
  const std::vector<bool> anacrons = anacrons_starts(log);
  std::vector<std::uint32_t> labels;
  for (std::uint32_t label = 1; label < runs.size(); ++label)
    if (!runs[label].minutes.empty() && !anacrons[label]) labels.push_back(label);
  std::ranges::stable_sort(labels, [&](std::uint32_t a, std::uint32_t b) {
    return runs[a].minutes.size() > runs[b].minutes.size();
  });
  if (labels.size() > kMostLearntJobs) labels.resize(kMostLearntJobs);
  for (const std::uint32_t label : labels) {
    Runs& one = runs[label];
    std::ranges::sort(one.minutes);
    const InferredSchedule inferred = infer_schedule(one.minutes, covered);
    LearntJob job;
    job.username = log.labels[label].username;
    job.command = log.labels[label].command;
    for (const InferredLine& line : inferred.lines) {
      LearntTime& time = job.times.emplace_back(LearntTime{line.fields, line.due, line.runs});
      if (line.since) time.since = run_at(*line.since, clock, one.ticks);
      if (line.until) time.until = run_at(*line.until, clock, one.ticks);
    }
    job.runs = one.minutes.size();
    job.other_runs = inferred.other_runs;
    if (!one.advances.empty()) {
      std::ranges::sort(one.advances);
      const std::size_t n = one.advances.size();
      job.pids = one.advances[n / 2];
      job.pids_low = one.advances[n / 4];
      job.pids_high = one.advances[(3 * n) / 4];
    }
    job.first = one.first;
    job.last = one.last;
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace pidometer
