#include "plugin/cron_odometer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/anomaly/sensitivity.h"
#include "plugin/baseline/baseline.h"
#include "plugin/clock_report.h"
#include "plugin/compared_intervals.h"
#include "plugin/cron_log/carving/recovered_logs.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/log_text.h"
#include "plugin/crontab/crontab_places.h"
#include "plugin/crontab_findings.h"
#include "plugin/draw_clock.h"
#include "plugin/explain_finding.h"
#include "plugin/file_findings.h"
#include "plugin/journal_findings.h"
#include "plugin/judged_clock.h"
#include "plugin/learnt_schedule.h"
#include "plugin/log_warnings.h"
#include "plugin/pid_births.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/readings.h"
#include "plugin/recovered_series.h"
#include "plugin/row_maker.h"
#include "plugin/schedule_findings.h"
#include "plugin/series_witnesses.h"
#include "plugin/text_logs_alone.h"
#include "plugin/witness/witness_sources.h"

namespace pidometer {
namespace {

/// Where cron lines are found: Red Hat's and FreeBSD's cron, Debian's cron.log, what syslog sends
/// elsewhere (busybox, SUSE, a default Debian; what stands in two files is counted once), and
/// /var/cron/log of OpenBSD and Solaris with its rotations (newsyslog, logadm: log.0.gz; olog), and
/// the journals of systemd.
constexpr std::array<std::string_view, 11> kPathGlobs = {
    "cron*", "syslog*",    "messages*", "auth.log*", "secure*",   "fcron*",
    "log",   "log.[0-9]*", "olog",      "*.journal", "*.journal~"};

LogSeriesOptions reading_options(const HostSeries& series, const PluginOptions& options) {
  LogSeriesOptions reading;
  reading.zone = options.zone ? options.zone : series.facts.zone;
  reading.zone_is_users = options.zone.has_value();
  reading.zone_source = series.facts.zone_source;
  if (!series.facts.guessed_from.empty()) {
    reading.guessed_host = series.facts.hostname;
    reading.guessed_from = series.facts.guessed_from;
  }
  reading.year = options.year;
  return reading;
}

ClockOptions clock_options(const HostSeries& series, const LogSeries& log,
                           const PluginOptions& options) {
  ClockOptions clock;
  clock.pid_max = options.pid_max       ? options.pid_max
                  : log.of_another_host ? std::nullopt
                                        : series.facts.pid_max;
  clock.pid_max_source = options.pid_max ? "--pid-max" : "sysctl of the image";
  clock.pid_max_is_users = options.pid_max.has_value();
  clock.recovered = series.recovered;
  return clock;
}

std::vector<Anomaly> all_findings(const HostSeries& series, const LogSeries& log,
                                  const DetectorInput& input, const std::vector<bool>& known) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> anomalies = detect_anomalies(input);
  std::ranges::move(schedule_findings(log, clock), std::back_inserter(anomalies));
  add_file_findings(series.files, log, clock, anomalies);
  std::ranges::move(journal_findings(log, clock), std::back_inserter(anomalies));
  drop_known_findings(known, anomalies);
  return anomalies;
}

/// Rows of series that wait for their lines to be read together.
class WaitingRows {
 public:
  explicit WaitingRows(Mediator& mediator) : mediator_(mediator) {}

  void add(DraftRows draft) {
    const std::size_t more = size_of(draft);
    if (waiting_ > 0 && waiting_ + more > kMost) produce();
    waiting_ += more;
    drafts_.push_back(std::move(draft));
    if (waiting_ >= kMost) produce();
  }

  void produce() {
    produce_rows(std::exchange(drafts_, {}), mediator_);
    waiting_ = 0;
  }

 private:
  static constexpr std::size_t kMost = RowMaker::kMostDrafted;  // some 40 MB

  /// In records; a finding with its two lines and its witnesses takes as much memory as four.
  static std::size_t size_of(const DraftRows& draft) {
    return 4 * draft.findings.size() + draft.damage.size() + draft.records.size();
  }

  Mediator& mediator_;
  std::vector<DraftRows> drafts_;
  std::size_t waiting_ = 0;
};

/// The numbers of the series of one folder.
class SeriesNumbers {
 public:
  explicit SeriesNumbers(Mediator& mediator) : mediator_(mediator) {}

  std::uint32_t next(const std::string& id) {
    const std::uint32_t number = mediator_.number_series();
    of_id_.try_emplace(id, number);
    return number;
  }
  /// Of the first series with that id, where there is one.
  std::uint32_t same(const std::string& id) {
    const auto found = of_id_.find(id);
    return found == of_id_.end() ? next(id) : found->second;
  }

 private:
  Mediator& mediator_;
  std::map<std::string, std::uint32_t> of_id_;
};

/// What a report shows beside each finding of one interval.
void add_comparisons(const PidClock& clock, DraftRows& draft) {
  ComparedIntervals comparison(clock);
  for (TimelineEvent& event : draft.findings) {
    auto& body = std::get<FindingBody>(event.body);
    const Anomaly& anomaly = body.anomaly;
    if ((anomaly.kind == AnomalyKind::pid_excess || anomaly.kind == AnomalyKind::pid_deficit) &&
        anomaly.intervals == 1)
      body.compared = comparison.counts(anomaly.stretch_first_tick);
  }
}

/// Everything that is found in one series: its rows, and what the summary says of coverage.
void tell_findings(const HostSeries& series, const LogSeries& log, const DetectorInput& input,
                   const std::vector<bool>& known, bool several, const PluginOptions& options,
                   const std::vector<TextLogsAlone>& alone, RowMaker& rows, WaitingRows& waiting,
                   SeriesReport& report, Mediator& mediator) {
  const PidClock& clock = input.clock;
  std::vector<Anomaly> anomalies = all_findings(series, log, input, known);
  if (!alone.empty()) {
    raise_by_text_logs(alone, log, anomalies);
    leave_files_to_text_logs(log, anomalies);
  }
  std::ranges::move(
      crontab_findings(series, log, clock, {rows.hostname(), several && !rows.renamed()}, mediator),
      std::back_inserter(anomalies));
  for (const Anomaly& a : anomalies)
    if (a.unreadable_end > 0 && a.until_file_time)
      report.unjudged.push_back({{a.window_start, a.window_end},
                                 "the log ends in " + std::to_string(a.unreadable_end) +
                                     " bytes that are no text: lines may be lost up to the time at "
                                     "which its file was written"});
  mark_known(options.known, {rows.own_hostname(), rows.hostname()}, anomalies);
  std::vector<WindowWitnesses> witnesses =
      find_witnesses(series, log, clock, anomalies, options, several, mediator);
  const auto explain = [&](const Anomaly& anomaly, std::span<const Anomaly* const> parts) {
    return explain_finding(log, input, anomaly, parts);
  };
  if (options.explain.empty()) {
    DraftRows draft = rows.draft(std::move(anomalies), std::move(witnesses));
    if (options.comparisons) add_comparisons(clock, draft);
    waiting.add(std::move(draft));
  } else {
    rows.explained_finding(std::move(anomalies), std::move(witnesses), options.explain, explain);
  }
  if (options.records) rows.records(known, [&](DraftRows draft) { waiting.add(std::move(draft)); });
  report.periods = cover_periods(clock, input.scan, input.explanations);
  const auto misplaced =
      static_cast<std::size_t>(std::ranges::count(clock.foreign, true, &ForeignReading::misplaced));
  if (misplaced > kListedMisplaced && report.coverage)
    report.unjudged.push_back(
        {*report.coverage, std::to_string(misplaced) +
                               " lines stand elsewhere than where they belong; only the first " +
                               std::to_string(kListedMisplaced) + " of them have rows"});
  const auto set_back = static_cast<std::size_t>(
      std::ranges::count(clock.intervals, IntervalState::clock_step, &Interval::state));
  if (set_back > kListedSteps && report.coverage)
    report.unjudged.push_back(
        {*report.coverage, "the time runs backwards " + std::to_string(set_back) +
                               " times while the PIDs go on; only the first " +
                               std::to_string(kListedSteps) + " of them have rows"});
  if (!input.silent.whole && report.coverage)
    report.unjudged.push_back(
        {*report.coverage,
         "jobs fall silent too often, or for too long, for all of their missing lines to be looked "
         "for"});
  if (series.recovered)
    mediator.report_recovered(series, rows.hostname(), list_recovered(log, known));
}

/// The way of one series from its records to rows and reports. `several`: the folder has more.
void process_log(const HostSeries& series, LogSeries log, bool several,
                 const PluginOptions& options, const std::vector<TextLogsAlone>& alone,
                 SeriesNumbers& numbers, WaitingRows& waiting, Mediator& mediator) {
  const std::vector<bool> known = mark_known_records(series, log);
  std::vector<Reading> readings = readings_of(log);
  // Old PIDs, parts of jobs and crontab(1)'s processes are given to the clock, and not read off it.
  const auto reading_count =
      static_cast<std::uint64_t>(std::ranges::count_if(readings, [](const Reading& r) {
        return r.kind == ReadingKind::job || r.kind == ReadingKind::boot;
      }));
  const ClockOptions reading = clock_options(series, log, options);
  std::optional<Warning> beyond = pid_max_warning(log, readings, reading);
  if (!series.recovered) {
    warn_of_truncated_logs(log, mediator);
    warn_of_other_names(log, mediator);
    warn_of_contradicted_zone(series, log, options, mediator);
  }
  PidClock clock = build_pid_clock(std::move(readings), reading);
  if (beyond && (reading.pid_max_is_users || clock.range.pid_max != *reading.pid_max))
    mediator.produce_warning(std::move(*beyond));
  RowMaker rows(series, log, options.labels, several, numbers.next(series_id_of(series, log)),
                mediator);
  SeriesReport report = series_report(log, reading_count, clock, series.recovered, rows.hostname());
  report.own_hostname = rows.own_hostname();
  if (options.schedule || options.question == Question::schedule)
    report.schedule = learnt_schedule(log, clock);
  switch (options.question) {
    case Question::births:
      mediator.report_births(
          series, pid_births(log, clock, options.birth_of, options.birth_near, rows.hostname()));
      break;
    case Question::schedule:
      report.periodic_sources = learn_baseline(clock).periodic_sources;
      break;
    case Question::findings: {
      JudgedClock judged(std::move(clock));
      report.periodic_sources = judged.baseline.periodic_sources;
      tell_findings(series, log, judged.input, known, several, options, alone, rows, waiting,
                    report, mediator);
      if (options.clocks)
        mediator.report_clock(series, draw_clock(log, judged.clock, judged.scan, report,
                                                 rows.number(), rows.series_id()));
    }
  }
  mediator.report_series(series, std::move(report));
  for (std::size_t file = 0; file < log.reports.size(); ++file)
    if (log.owned[file]) mediator.report_log(series, log.reports[file]);
}

bool has_copies(const LogSeries& log) {
  return std::ranges::any_of(log.reports, [](const LogReport& report) {
    return report.beside_journal && report.beside_journal->copies > 0;
  });
}

/// Rows of what the files of text logs say that a journal's clock is not asked about.
void tell_files(const HostSeries& series, const TextLogsAlone& alone, const PluginOptions& options,
                SeriesNumbers& numbers, WaitingRows& waiting, Mediator& mediator) {
  std::vector<Anomaly> found = file_findings_of(alone);
  std::vector<WindowWitnesses> none(found.size());
  RowMaker rows(series, alone.log, options.labels, false,
                numbers.same(series_id_of(series, alone.log)), mediator);
  mark_known(options.known, {rows.own_hostname(), rows.hostname()}, found);
  if (!options.explain.empty()) {
    // Once more, for one person who asks: they were judged before the journal's log was.
    const JudgedClock judged(
        build_pid_clock(readings_of(alone.log), clock_options(series, alone.log, options)));
    rows.explained_finding(std::move(found), std::move(none), options.explain,
                           [&](const Anomaly& anomaly, std::span<const Anomaly* const> parts) {
                             return explain_finding(alone.log, judged.input, anomaly, parts);
                           });
    return;
  }
  waiting.add(rows.draft(std::move(found), std::move(none)));
}

}  // namespace

std::span<const std::string_view> CronOdometer::path_globs() const {
  return kPathGlobs;
}

FileRequest CronOdometer::witness_files() const {
  return {witness_folders(), witness_globs()};
}

std::vector<FileRequest> CronOdometer::crontab_files() const {
  return {{crontab_file_folders(), crontab_file_names()},
          {crontab_table_folders(), crontab_table_names()}};
}

LoginRecords CronOdometer::login_records() const {
  return {login_record_globs(), {running_record_folders(), running_record_globs()}};
}

bool CronOdometer::check_required_format(std::string_view head) const {
  return looks_like_cron_log(head);
}

std::optional<Error> CronOdometer::unreadable_form(std::string_view head) const {
  if (is_utf16(head)) return utf16_error();
  return std::nullopt;
}

RecoveredLogs CronOdometer::recover(std::span<const LogFile* const> live,
                                    std::span<const LogFile* const> found,
                                    Mediator& mediator) const {
  return recover_logs(live, found, [&](std::uint64_t bytes) {
    mediator.add_progress(bytes);
    return !mediator.aborted();
  });
}

Result<void> CronOdometer::process(const HostSeries& series, const PluginOptions& options,
                                   Mediator& mediator) const {
  const auto warn = [&](Warning warning) {
    if (worth_telling(series, warning)) mediator.produce_warning(std::move(warning));
  };
  const auto go_on = [&](std::uint64_t bytes) {
    mediator.add_progress(bytes);
    return !mediator.aborted();
  };
  WaitingRows waiting(mediator);
  SeriesNumbers numbers(mediator);
  const LogSeriesOptions reading = reading_options(series, options);
  std::optional<std::vector<TextLogsAlone>> alone;  // once there are copies
  const std::vector<TextLogsAlone> none;
  read_log_series(series.files, reading, warn, go_on, [&](LogSeries log, bool several) {
    if (mediator.aborted()) return false;
    if (!alone && options.question == Question::findings && has_copies(log))
      alone = judge_text_logs_alone(
          series, reading,
          [&](const LogSeries& text) { return clock_options(series, text, options); }, mediator);
    process_log(series, std::move(log), several, options, alone ? *alone : none, numbers, waiting,
                mediator);
    return true;
  });
  if (alone && !mediator.aborted())
    for (const TextLogsAlone& one : *alone)
      tell_files(series, one, options, numbers, waiting, mediator);
  if (!mediator.aborted()) waiting.produce();
  return {};
}

}  // namespace pidometer
