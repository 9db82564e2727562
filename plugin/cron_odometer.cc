#include "plugin/cron_odometer.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "plugin/anomaly/detectors.h"
#include "plugin/baseline/baseline.h"
#include "plugin/cron_log/carving/recovered_logs.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/recovered_series.h"
#include "plugin/timeline/names.h"

namespace pidometer {
namespace {

/// Where cron lines are found on Linux hosts: Red Hat's cron, Debian's cron.log, and what syslog
/// sends elsewhere.
constexpr std::array<std::string_view, 5> kPathGlobs = {"cron*", "syslog*", "messages*",
                                                        "auth.log*", "secure*"};

/// What a record is to the clock.
std::optional<ReadingKind> reading_kind(const StoredRecord& record) {
  switch (record.pid_role) {
    case PidRole::none:
      return std::nullopt;
    case PidRole::boot:
      return ReadingKind::boot;
    case PidRole::old:
      return record.event == CronEvent::run_parts_start ? ReadingKind::pseudo : ReadingKind::check;
    case PidRole::fresh:
      break;
  }
  switch (record.event) {
    case CronEvent::command:
      return ReadingKind::job;
    case CronEvent::anacron_start:
    case CronEvent::run_parts_start:
      return ReadingKind::pseudo;
    default:
      return ReadingKind::event;
  }
}

/// Says of each record in turn whether lines before it may be lost. Records of one file must come
/// in the order of their offsets.
class DamageMarks {
 public:
  explicit DamageMarks(const LogSeries& log) : log_(log), spans_(log.reports.size()) {
    for (const UnreadSpan& span : log.unread)
      if (span.damaged) spans_[span.file].push_back(span.range.begin);
    last_.resize(log.reports.size());
    for (std::size_t i = 0; i < log.records.size(); ++i) last_[log.records[i].file] = i;
  }

  bool before(const StoredRecord& record, std::size_t index) {
    bool lost = std::exchange(pending_, false);
    std::vector<std::uint64_t>& spans = spans_[record.file];
    const auto passed = std::lower_bound(spans.begin(), spans.end(), std::uint64_t{record.offset});
    lost = lost || passed != spans.begin();
    spans.erase(spans.begin(), passed);
    // What lay between two recovered pieces of a log is not known.
    if (index > 0 && log_.records[index - 1].file != record.file &&
        (is_recovered(record.file) || is_recovered(log_.records[index - 1].file)))
      lost = true;
    // Damage behind the last record of a file is before whatever comes next in the series.
    if (index == last_[record.file] && (!spans.empty() || !log_.reports[record.file].complete))
      pending_ = true;
    return lost;
  }

 private:
  bool is_recovered(std::size_t file) const {
    return log_.reports[file].entry.recovery.has_value();
  }

  const LogSeries& log_;
  std::vector<std::vector<std::uint64_t>> spans_;  ///< starts, ascending, a list a file
  std::vector<std::size_t> last_;                  ///< index of the last record of each file
  bool pending_ = false;
};

std::vector<Reading> readings_of(const LogSeries& log) {
  std::vector<Reading> readings;
  readings.reserve(log.records.size());
  DamageMarks marks(log);
  bool damage = false;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    damage = marks.before(record, i) || damage;
    const std::optional<ReadingKind> kind = reading_kind(record);
    if (!kind) continue;
    readings.push_back(Reading{record.time, record.pid, record.label, static_cast<std::uint32_t>(i),
                               record.utc_offset_minutes, *kind, std::exchange(damage, false)});
  }
  return readings;
}

/// Makes rows of one log series. Holds what all its rows share.
class RowMaker {
 public:
  RowMaker(const HostSeries& series, const LogSeries& log, Mediator& mediator)
      : log_(log), mediator_(mediator) {
    hostname_ = log.hostname.empty() && !log.of_another_host ? series.facts.hostname : log.hostname;
    for (const LogReport& report : log.reports) {
      auto source = std::make_shared<EventSource>();
      source->entry = report.entry;
      source->log_sha256 = report.sha256;
      source->copy = series.place.copy;
      // What tells this series from others in every copy of the evidence: no path of the examiner's
      // machine.
      source->series_id =
          series.volume.empty() ? hostname_ : series.volume + ":" + series.folder + ":" + hostname_;
      source->host = hostname_;
      sources_.push_back(std::move(source));
    }
  }

  const std::string& hostname() const { return hostname_; }

  void findings(std::vector<Anomaly> anomalies) {
    std::vector<std::uint32_t> bounds;
    bounds.reserve(anomalies.size() * 2);
    for (const Anomaly& anomaly : anomalies) {
      bounds.push_back(anomaly.first_record);
      bounds.push_back(anomaly.last_record);
    }
    const std::vector<Result<std::string>> lines = fetch_lines(log_, bounds);
    std::map<std::tuple<AnomalyKind, std::string, std::string>, std::uint32_t> told;
    for (std::size_t i = 0; i < anomalies.size(); ++i) {
      const StoredRecord& first = log_.records[anomalies[i].first_record];
      const StoredRecord& last = log_.records[anomalies[i].last_record];
      FindingBody body;
      body.first = line_ref(first, lines[2 * i]);
      body.last = line_ref(last, lines[2 * i + 1]);
      body.repetition = told[{anomalies[i].kind, body.first.text, body.last.text}]++;
      if (last.file != first.file) body.last_source = sources_[last.file];
      body.first_command = log_.labels[first.label].command;
      const RecordSource& written_by = log_.sources[first.source];
      body.reporter = written_by.reporter;
      body.utc_offset_minutes = first.utc_offset_minutes;
      body.end_utc_offset_minutes = last.utc_offset_minutes;
      body.time_basis = log_.reports[first.file].time_basis;
      TimelineEvent event;
      event.time = anomalies[i].window_start;
      event.parser = std::string(anomaly_kind_name(anomalies[i].kind));
      event.hostname = written_by.hostname.empty() ? hostname_ : written_by.hostname;
      event.username = log_.labels[first.label].username;
      event.source = sources_[first.file];
      body.anomaly = std::move(anomalies[i]);
      event.body = std::move(body);
      mediator_.produce_event(std::move(event));
    }
  }

  /// Without those that are known.
  void records(const std::vector<bool>& known) {
    for (std::size_t first = 0; first < log_.records.size(); first += kRecordBatch) {
      std::vector<std::uint32_t> batch(std::min(kRecordBatch, log_.records.size() - first));
      std::iota(batch.begin(), batch.end(), static_cast<std::uint32_t>(first));
      const std::vector<Result<std::string>> lines = fetch_lines(log_, batch);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (mediator_.aborted()) return;
        if (!known.empty() && known[batch[i]]) continue;
        record_row(log_.records[batch[i]], lines[i]);
      }
    }
  }

  /// A damaged range is dated by the last record before it, or else the first one after it.
  void damage() {
    for (std::size_t file = 0; file < log_.reports.size(); ++file) {
      if (!log_.owned[file]) continue;
      for (const DamagedRange& damaged : log_.reports[file].damage) {
        const StoredRecord* nearest = nullptr;
        for (const StoredRecord& record : log_.records) {
          if (record.file != file) continue;
          const bool before = record.offset < damaged.range.begin;
          if (nearest == nullptr || (before && record.offset >= nearest->offset)) nearest = &record;
          if (!before) break;
        }
        if (nearest == nullptr) continue;  // nothing to date it by: the summary has it
        Warning warning;
        warning.kind = WarningKind::damaged_log;
        warning.message = damaged.reason;
        warning.path = log_.reports[file].entry.path;
        warning.range = damaged.range;
        warning.line = nearest->line;
        TimelineEvent event;
        event.time = nearest->time;
        event.parser = "cron_log";
        event.hostname = hostname_;
        event.source = sources_[file];
        event.body = WarningBody{std::move(warning)};
        mediator_.produce_event(std::move(event));
      }
    }
  }

 private:
  /// Lines of records that are held at once. Each batch reads its logs again from the start, so
  /// that of the usual log of some 10,000 lines there is one batch, and of a million lines sixteen.
  static constexpr std::size_t kRecordBatch = 65536;

  void record_row(const StoredRecord& record, const Result<std::string>& line) {
    const RecordSource& written_by = log_.sources[record.source];
    TimelineEvent event;
    event.time = record.time;
    event.parser = written_by.dialect.empty() ? "cron_log" : std::string(written_by.dialect);
    event.hostname = written_by.hostname.empty() ? hostname_ : written_by.hostname;
    event.username = log_.labels[record.label].username;
    event.source = sources_[record.file];
    event.body = RecordBody{record.event, record.pid, line_ref(record, line), written_by.reporter,
                            log_.labels[record.label].command};
    mediator_.produce_event(std::move(event));
  }

  LineRef line_ref(const StoredRecord& record, const Result<std::string>& text) const {
    // The line was read a moment ago; where it cannot be read again (a failing disk), the row says
    // so in its place.
    const std::uint64_t end = record.offset + (text ? text->size() : 1);
    return LineRef{record.line, record.offset,
                   text ? *text : "(line cannot be read again: " + text.error().message + ")",
                   owes_to_replay(sources_[record.file]->entry, {record.offset, end})};
  }

  const LogSeries& log_;
  Mediator& mediator_;
  std::string hostname_;
  std::vector<std::shared_ptr<const EventSource>> sources_;
};

/// Why the distance between two ticks says nothing; empty where it was judged, or where a boot row
/// says it.
std::string_view unjudged_reason(IntervalState state, bool recovered) {
  switch (state) {
    case IntervalState::hole:
      return "longer than the schedule leaves between two records: lines may be missing";
    case IntervalState::damaged:
      return recovered ? "between two recovered pieces of a log: what lay between is not known"
                       : "lines are lost to damaged evidence";
    case IntervalState::clock_step:
      return "the time runs backwards";
    case IntervalState::unknown_fall:
      return "the PIDs fall over a time so long that the counter may have gone round, or the host "
             "been booted: which is not known";
    case IntervalState::unknown_advance:
      return "the PIDs are out of order, or how often the counter wrapped is not known";
    case IntervalState::judged:
    case IntervalState::boot:
    case IntervalState::daemon_restart:
    case IntervalState::last:
      break;
  }
  return {};
}

void list_unjudged(const PidClock& clock, bool recovered, SeriesReport& report) {
  for (std::size_t i = 0; i + 1 < clock.intervals.size(); ++i) {
    const std::string_view reason = unjudged_reason(clock.intervals[i].state, recovered);
    if (reason.empty()) continue;
    ++report.unjudged_intervals;
    const TimeRange range{clock.ticks[i].time, clock.ticks[i + 1].time};
    if (!report.unjudged.empty() && report.unjudged.back().range.end == range.begin &&
        report.unjudged.back().reason == reason)
      report.unjudged.back().range.end = range.end;
    else if (report.unjudged.size() < kListedStretches)
      report.unjudged.push_back({range, std::string(reason)});
  }
}

SeriesReport series_report(const LogSeries& log, std::uint64_t readings, const PidClock& clock,
                           bool recovered, std::string hostname) {
  SeriesReport report;
  report.hostname = std::move(hostname);
  report.records = log.records.size();
  report.readings = readings;
  report.intervals = static_cast<std::uint64_t>(std::count_if(
      clock.intervals.begin(), clock.intervals.end(),
      [](const Interval& interval) { return interval.state == IntervalState::judged; }));
  if (!clock.sessions.empty()) report.boot_sessions = clock.sessions.back().number;
  report.wraps = static_cast<std::uint32_t>(clock.wraps);
  report.pid_max = clock.pid_max;
  report.pid_max_basis = clock.pid_max_basis;
  if (!clock.ticks.empty())
    report.coverage = TimeRange{clock.ticks.front().time, clock.ticks.back().time};
  list_unjudged(clock, recovered, report);
  return report;
}

}  // namespace

std::span<const std::string_view> CronOdometer::path_globs() const {
  return kPathGlobs;
}

bool CronOdometer::check_required_format(std::string_view head) const {
  return looks_like_cron_log(head);
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
  LogSeriesOptions reading;
  reading.zone = options.zone ? options.zone : series.facts.zone;
  reading.zone_is_users = options.zone.has_value();
  reading.zone_source = series.facts.zone_source;
  if (!series.facts.guessed_from.empty()) {
    reading.guessed_host = series.facts.hostname;
    reading.guessed_from = series.facts.guessed_from;
  }
  reading.year = options.year;
  std::vector<LogSeries> logs = read_log_series(
      series.files, reading,
      [&](Warning warning) {
        if (worth_telling(series, warning)) mediator.produce_warning(std::move(warning));
      },
      [&](std::uint64_t bytes) {
        mediator.add_progress(bytes);
        return !mediator.aborted();
      });
  for (LogSeries& log : logs) {
    if (mediator.aborted()) return {};
    const std::vector<bool> known = mark_known_records(series, log);
    ClockOptions clock_options;
    clock_options.pid_max = options.pid_max       ? options.pid_max
                            : log.of_another_host ? std::nullopt
                                                  : series.facts.pid_max;
    clock_options.pid_max_source = options.pid_max ? "--pid-max" : "sysctl of the image";
    clock_options.recovered = series.recovered;
    std::vector<Reading> readings = readings_of(log);
    const std::uint64_t reading_count = readings.size();
    const PidClock clock = build_pid_clock(std::move(readings), clock_options);
    const Baseline baseline = learn_baseline(clock);
    RowMaker rows(series, log, mediator);
    std::vector<Anomaly> anomalies = detect_anomalies(clock, baseline);
    drop_known_findings(known, anomalies);
    rows.findings(std::move(anomalies));
    rows.damage();
    if (options.records) rows.records(known);
    mediator.report_series(
        series, series_report(log, reading_count, clock, series.recovered, rows.hostname()));
    if (series.recovered)
      mediator.report_recovered(series, rows.hostname(), list_recovered(log, known));
    for (std::size_t file = 0; file < log.reports.size(); ++file)
      if (log.owned[file]) mediator.report_log(series, log.reports[file]);
  }
  return {};
}

}  // namespace pidometer
