#include "plugin/crontab_findings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "plugin/cron_log/host_groups.h"
#include "plugin/crontab/crontab_comparison.h"
#include "plugin/seen_crontabs.h"

namespace pidometer {
namespace {

/// Rows of each way; what is more is counted in the summary. A host whose jobs were all renamed has
/// some tens.
constexpr std::size_t kMostRows = 50;

/// Of a longer silence nothing tells whether cron ran: every distribution's own crontab has a job
/// an hour.
constexpr std::chrono::minutes kLongestSilence{65};

/// How far a wall clock may be from UTC, either way.
constexpr std::chrono::hours kZones{14};

/// The runs of a label, and where they stand.
struct LabelRuns {
  std::uint32_t first_record = 0;
  std::uint32_t last_record = 0;
  std::uint64_t runs = 0;
  JobStarter starter = JobStarter::cron;
};

CronFamily family_of(const LogSeries& log) {
  for (const LogReport& report : log.reports)
    for (const std::string& dialect : report.dialects) {
      if (dialect == "debian_cron") return CronFamily::debian;
      if (dialect == "cronie") return CronFamily::cronie;
    }
  return CronFamily::other;
}

/// `cron.daily` of "Job `cron.daily' started" (anacron, runjob.c: launch_job); empty for its other
/// words.
std::string_view anacron_job(std::string_view text) {
  constexpr std::string_view kStart = "Job `";
  constexpr std::string_view kEnd = "' started";
  if (!text.starts_with(kStart) || !text.ends_with(kEnd)) return {};
  text.remove_prefix(kStart.size());
  text.remove_suffix(kEnd.size());
  return text;
}

/// Who started a job by that record; nothing: it started none.
std::optional<JobStarter> starter_of(const LogSeries& log, const StoredRecord& record) {
  const std::string& command = log.labels[record.label].command;
  if (command.empty()) return std::nullopt;
  switch (record.event) {
    case CronEvent::command:
      return log.sources[record.source].dialect == "fcron" ? JobStarter::fcron : JobStarter::cron;
    case CronEvent::run_parts_start:
      return JobStarter::run_parts;
    case CronEvent::anacron_other:
      if (anacron_job(command).empty()) return std::nullopt;
      return JobStarter::anacron;
    default:
      return std::nullopt;
  }
}

/// By label.
std::map<std::uint32_t, LabelRuns> runs_of(const LogSeries& log) {
  std::vector<LabelRuns> all(log.labels.size());
  for (std::uint32_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    const std::optional<JobStarter> starter = starter_of(log, record);
    if (!starter) continue;
    LabelRuns& label = all[record.label];
    if (label.runs++ == 0) {
      label.first_record = i;
      label.starter = *starter;
    }
    label.last_record = i;
  }
  std::map<std::uint32_t, LabelRuns> found;
  for (std::uint32_t label = 0; label < all.size(); ++label)
    if (all[label].runs > 0) found.emplace(label, all[label]);
  return found;
}

bool zone_is_assumed(const LogSeries& log) {
  return std::ranges::any_of(log.reports, [](const LogReport& report) {
    return report.time_basis.certainty.find("zone_assumed") != std::string::npos;
  });
}

/// Where every job that was due has its line: from tick to tick, where nothing is missing.
std::vector<LoggedStretch> stretches_of(const LogSeries& log, const PidClock& clock) {
  std::vector<LoggedStretch> stretches;
  for (std::size_t i = 0; i + 1 < clock.ticks.size(); ++i) {
    const Tick& tick = clock.ticks[i];
    const Tick& next = clock.ticks[i + 1];
    const std::chrono::minutes offset(log.records[tick.record].utc_offset_minutes);
    if (clock.intervals[i].state != IntervalState::judged ||
        next.time - tick.time > kLongestSilence ||
        log.records[next.record].utc_offset_minutes != offset.count())
      continue;
    if (!stretches.empty() && stretches.back().end == tick.time &&
        stretches.back().utc_offset == offset)
      stretches.back().end = next.time;
    else
      stretches.push_back({tick.time, next.time, offset});
  }
  return stretches;
}

std::vector<Timestamp> boots_of(const PidClock& clock) {
  std::vector<Timestamp> boots;
  for (std::size_t i = 1; i < clock.sessions.size(); ++i)
    if (clock.sessions[i].counter_restarted && clock.sessions[i].startup)
      boots.push_back(clock.sessions[i].startup->time);
  return boots;
}

/// When crontab(1) last replaced or removed the crontab of each user.
std::map<std::string, Timestamp> changes_of(const LogSeries& log) {
  std::map<std::string, Timestamp> changes;
  for (const StoredRecord& record : log.records)
    if (record.event == CronEvent::crontab_replace || record.event == CronEvent::crontab_delete)
      changes[log.labels[record.label].command] = record.time;
  return changes;
}

class Findings {
 public:
  Findings(const HostSeries& series, const LogSeries& log, const PidClock& clock,
           const std::vector<CrontabTable>& tables)
      : series_(series),
        log_(log),
        clock_(clock),
        tables_(tables),
        runs_(runs_of(log)),
        changes_(changes_of(log)) {
    for (const auto& [label, runs] : runs_) {
      labels_.push_back(label);
      const JobLabel& logged = log.labels[label];
      const bool by_anacron = runs.starter == JobStarter::anacron;
      schedule_.jobs.push_back(
          {logged.username, by_anacron ? anacron_job(logged.command) : logged.command,
           log.records[runs.first_record].time, log.records[runs.last_record].time, runs.runs,
           !logged.whole, runs.starter});
    }
    schedule_.stretches = stretches_of(log, clock);
    schedule_.boots = boots_of(clock);
    for (const StoredRecord& record : log.records)
      schedule_.end = std::max(schedule_.end, record.time);
    if (zone_is_assumed(log)) schedule_.slack = kZones;
  }

  const LoggedSchedule& schedule() const { return schedule_; }

  std::vector<Anomaly> rows(CrontabComparison compared) const {
    std::vector<Anomaly> found;
    std::ranges::sort(compared.jobs, [&](const JobWithoutLine& a, const JobWithoutLine& b) {
      const LoggedJob& one = schedule_.jobs[a.job];
      const LoggedJob& other = schedule_.jobs[b.job];
      return std::pair(other.last, a.job) < std::pair(one.last, b.job);
    });
    if (compared.jobs.size() > kMostRows) compared.jobs.resize(kMostRows);
    if (compared.lines.size() > kMostRows) compared.lines.resize(kMostRows);
    for (const JobWithoutLine& job : compared.jobs) found.push_back(job_row(job));
    for (const LineWithoutJob& line : compared.lines) found.push_back(line_row(line));
    return found;
  }

 private:
  Anomaly between(std::uint32_t first, std::uint32_t last) const {
    Anomaly a;
    a.kind = AnomalyKind::schedule_mismatch;
    a.window_start = std::min(log_.records[first].time, log_.records[last].time);
    a.window_end = std::max(log_.records[first].time, log_.records[last].time);
    a.first_record = first;
    a.last_record = last;
    a.first_pid = log_.records[first].pid;
    a.last_pid = log_.records[last].pid;
    a.boot_session = boot_session_at(clock_, first);
    return a;
  }

  std::shared_ptr<const CrontabLine> line_of(std::size_t table, std::size_t entry) const {
    const CrontabTable& held = tables_[table];
    const CrontabEntry& one = held.content.entries[entry];
    return std::make_shared<const CrontabLine>(
        CrontabLine{held.volume == series_.volume ? std::string() : held.volume, held.path,
                    one.line, one.text, one.username, one.command, held.in_force_since});
  }

  Anomaly job_row(const JobWithoutLine& job) const {
    const std::uint32_t label = labels_[job.job];
    const LabelRuns& runs = runs_.at(label);
    Anomaly a = between(runs.first_record, runs.last_record);
    a.mismatch = runs.starter == JobStarter::run_parts ? ScheduleMismatch::job_without_script
                                                       : ScheduleMismatch::job_without_line;
    a.runs = runs.runs;
    if (job.ignored_table) a.crontab_line = line_of(*job.ignored_table, job.ignored_entry);
    // A crontab that was edited behind a job's last run, or crontab(1) that says so, explains it.
    const auto change = changes_.find(log_.labels[label].username);
    const bool told =
        change != changes_.end() && change->second >= log_.records[runs.last_record].time;
    a.level = job.ran_since_changed && job.recent && !told ? Level::low : Level::informational;
    return a;
  }

  Anomaly line_row(const LineWithoutJob& line) const {
    // Ticks are in the order of time where lines are judged.
    const auto& ticks = clock_.ticks;
    auto first =
        std::ranges::find_if(ticks, [&](const Tick& tick) { return tick.time >= line.first_due; });
    if (first != ticks.begin()) --first;
    auto last = std::find_if(first, ticks.end(),
                             [&](const Tick& tick) { return tick.time > line.last_due; });
    if (last == ticks.end()) --last;
    Anomaly a = between(first->record, last->record);
    a.mismatch = ScheduleMismatch::line_without_job;
    a.due = line.due;
    a.crontab_line = line_of(line.table, line.entry);
    // A file that came from a package or a backup has an old mtime; its ctime is that of its
    // coming.
    a.level = tables_[line.table].has_change_time ? Level::low : Level::informational;
    return a;
  }

  const HostSeries& series_;
  const LogSeries& log_;
  const PidClock& clock_;
  const std::vector<CrontabTable>& tables_;
  std::map<std::uint32_t, LabelRuns> runs_;
  std::map<std::string, Timestamp> changes_;
  std::vector<std::uint32_t> labels_;  ///< parallel to schedule_.jobs
  LoggedSchedule schedule_;
};

bool is_of_another_host(const HostSeries& series, const LogSeries& log, const LoggedHost& host) {
  return log.of_another_host ||
         (host.one_of_several && short_name(host.hostname) != short_name(series.facts.hostname));
}

/// Why log and crontabs are not laid side by side at all; empty where they are.
std::string why_not(const std::string& ambiguous, std::span<const CrontabFolder> folders,
                    const CrontabScope& scope, const LoggedSchedule& schedule) {
  if (!ambiguous.empty()) return ambiguous;
  const bool none = std::ranges::all_of(
      folders, [](const CrontabFolder& folder) { return folder.files.empty(); });
  if (!scope.system && !scope.users && none)
    return "no folder of crontabs is in the evidence, or none that can be read";
  if (schedule.jobs.empty()) return "the log names no commands";
  return {};
}

}  // namespace

std::vector<Anomaly> crontab_findings(const HostSeries& series, const LogSeries& log,
                                      const PidClock& clock, const LoggedHost& host,
                                      Mediator& mediator) {
  if (!series.crontabs.looked_for || series.recovered || log.records.empty()) return {};
  // A log server has a thousand hosts, and the crontabs of one.
  if (is_of_another_host(series, log, host)) {
    CrontabReport report;
    report.not_compared = "the log is of another host than the crontabs";
    mediator.report_crontabs(series, host.hostname, std::move(report));
    return {};
  }
  const CronFamily family = family_of(log);
  const SeenCrontabs seen(series);
  const CrontabScope scope = seen.scope(family);
  const std::vector<CrontabTable> tables =
      read_crontabs(seen.folders(), family,
                    [&](Warning warning) { mediator.produce_warning(std::move(warning)); });
  const Findings findings(series, log, clock, tables);
  CrontabComparison compared = compare_crontabs(tables, scope, findings.schedule());
  compared.report.not_compared =
      why_not(series.crontabs.ambiguous, seen.folders(), scope, findings.schedule());
  const bool none = !compared.report.not_compared.empty();
  mediator.report_crontabs(series, host.hostname, compared.report);
  return none ? std::vector<Anomaly>() : findings.rows(std::move(compared));
}

}  // namespace pidometer
