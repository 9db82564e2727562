#include "plugin/schedule_findings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pidometer {
namespace {

using std::chrono::microseconds;

constexpr std::chrono::hours kDay{24};
constexpr auto kMonth = 32 * kDay;

// Silent for so long, compared with its longest silence afterwards.
constexpr int kSilenceNumerator = 3;
constexpr int kSilenceDenominator = 2;

// A job that was new after a week is no job of one weekday that the log has not met yet.
constexpr auto kSureSilence = 8 * kDay;

// A program that is run with ever new arguments (a date, a file) makes a job of each.
constexpr std::size_t kMostVariants = 5;

struct JobRuns {
  std::uint32_t first_record = 0;
  std::uint32_t runs = 0;
  Timestamp last;
  microseconds longest_silence{0};
};

std::optional<CrontabChange> change_of(CronEvent event) {
  switch (event) {
    case CronEvent::crontab_replace:
      return CrontabChange::replaced;
    case CronEvent::crontab_delete:
      return CrontabChange::removed;
    case CronEvent::reload:
      return CrontabChange::reloaded;
    default:
      return std::nullopt;
  }
}

Anomaly at_record(const LogSeries& log, const PidClock& clock, std::uint32_t index,
                  AnomalyKind kind, Level level) {
  const StoredRecord& record = log.records[index];
  Anomaly a;
  a.kind = kind;
  a.level = level;
  a.window_start = a.window_end = record.time;
  a.first_record = a.last_record = index;
  a.first_pid = a.last_pid = record.pid;
  a.boot_session = boot_session_at(clock, index);
  return a;
}

std::map<std::uint32_t, JobRuns> runs_by_label(const LogSeries& log) {
  std::vector<JobRuns> jobs(log.labels.size());
  for (std::uint32_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    if (record.event != CronEvent::command || record.label == 0) continue;
    JobRuns& job = jobs[record.label];
    if (job.runs == 0)
      job.first_record = i;
    else
      job.longest_silence = std::max<microseconds>(job.longest_silence, record.time - job.last);
    job.last = record.time;
    ++job.runs;
  }
  std::map<std::uint32_t, JobRuns> found;
  for (std::uint32_t label = 0; label < jobs.size(); ++label)
    if (jobs[label].runs > 0) found.emplace(label, jobs[label]);
  return found;
}

std::string program_of(const JobLabel& label) {
  const std::string_view command = label.command;
  return label.username + ' ' + std::string(command.substr(0, command.find(' ')));
}

bool is_new(const JobRuns& job, microseconds before) {
  if (job.runs == 1) return before >= kMonth;
  return before >= kDay && kSilenceDenominator * before >= kSilenceNumerator * job.longest_silence;
}

void add_new_commands(const LogSeries& log, const PidClock& clock, std::vector<Anomaly>& found) {
  // The log begins with its first job: a host without a clock of its own starts in 1970 and has
  // the time when the network gives it.
  const auto first = std::ranges::find_if(
      log.records, [](const StoredRecord& record) { return record.event == CronEvent::command; });
  if (first == log.records.end()) return;
  const Timestamp start = first->time;
  const auto jobs = runs_by_label(log);
  std::map<std::string, std::size_t> variants;
  for (const auto& [label, job] : jobs) ++variants[program_of(log.labels[label])];
  for (const auto& [label, job] : jobs) {
    if (variants[program_of(log.labels[label])] > kMostVariants) continue;
    const microseconds before = log.records[job.first_record].time - start;
    if (!is_new(job, before)) continue;
    const Level level = before >= kSureSilence ? Level::low : Level::informational;
    Anomaly a = at_record(log, clock, job.first_record, AnomalyKind::new_command, level);
    a.days_before = std::chrono::duration<double>(before) / kDay;
    found.push_back(std::move(a));
  }
}

}  // namespace

std::vector<Anomaly> schedule_findings(const LogSeries& log, const PidClock& clock) {
  std::vector<Anomaly> found;
  for (std::uint32_t i = 0; i < log.records.size(); ++i) {
    const auto change = change_of(log.records[i].event);
    if (!change) continue;
    // whoever changes a schedule logs in for it: worth a look, and mostly the administrator
    Anomaly a = at_record(log, clock, i, AnomalyKind::crontab_change, Level::low);
    a.change = *change;
    found.push_back(std::move(a));
  }
  add_new_commands(log, clock, found);
  return found;
}

}  // namespace pidometer
