#include "plugin/row_maker.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

std::string text_of(const Result<std::string>& line) {
  return line ? *line : std::string();
}

/// Tells findings and their activities of one another. An activity of which no finding is left is
/// taken out.
void join_activities(std::vector<TimelineEvent>& events) {
  std::map<std::uint32_t, FindingBody*> activities;
  const auto finding = [](TimelineEvent& event) -> FindingBody& {
    return std::get<FindingBody>(event.body);
  };
  for (TimelineEvent& event : events) {
    FindingBody& body = finding(event);
    if (body.anomaly.kind != AnomalyKind::activity) continue;
    body.activity_id = finding_id(event);
    activities[body.anomaly.activity] = &body;
  }
  for (TimelineEvent& event : events) {
    FindingBody& body = finding(event);
    const auto activity = activities.find(body.anomaly.activity);
    if (body.anomaly.kind == AnomalyKind::activity || activity == activities.end()) continue;
    body.activity_id = activity->second->activity_id;
    activity->second->parts.push_back(finding_id(event));
  }
  std::erase_if(events, [&](TimelineEvent& event) {
    const FindingBody& body = finding(event);
    return body.anomaly.kind == AnomalyKind::activity && body.parts.empty();
  });
}

}  // namespace

RowMaker::RowMaker(const HostSeries& series, const LogSeries& log, Mediator& mediator)
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

void RowMaker::findings(std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses) {
  for (TimelineEvent& event : finding_rows(std::move(anomalies), std::move(witnesses)))
    mediator_.produce_event(std::move(event));
}

void RowMaker::explained_finding(
    std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses, const std::string& id,
    const std::function<std::shared_ptr<const Explanation>(const Anomaly&)>& explain) {
  for (TimelineEvent& event : finding_rows(std::move(anomalies), std::move(witnesses))) {
    if (finding_id(event) != id) continue;
    auto& body = std::get<FindingBody>(event.body);
    body.explanation = explain(body.anomaly);
    mediator_.produce_event(std::move(event));
  }
}

std::vector<TimelineEvent> RowMaker::finding_rows(std::vector<Anomaly> anomalies,
                                                  std::vector<WindowWitnesses> witnesses) const {
  std::vector<std::uint32_t> bounds;
  bounds.reserve(anomalies.size() * 2);
  for (const Anomaly& anomaly : anomalies) {
    bounds.push_back(anomaly.first_record);
    bounds.push_back(anomaly.last_record);
  }
  const std::vector<Result<std::string>> lines = fetch_lines(log_, bounds);
  std::map<std::tuple<AnomalyKind, std::string, std::string>, std::uint32_t> told;
  std::vector<TimelineEvent> events;
  events.reserve(anomalies.size());
  for (std::size_t i = 0; i < anomalies.size(); ++i) {
    const std::uint32_t repetition =
        told[{anomalies[i].kind, text_of(lines[2 * i]), text_of(lines[2 * i + 1])}]++;
    events.push_back(finding_row(std::move(anomalies[i]), lines[2 * i], lines[2 * i + 1]));
    auto& body = std::get<FindingBody>(events.back().body);
    body.repetition = repetition;
    body.witnesses = std::move(witnesses[i]);
  }
  join_activities(events);
  return events;
}

TimelineEvent RowMaker::finding_row(Anomaly anomaly, const Result<std::string>& first_line,
                                    const Result<std::string>& last_line) const {
  const StoredRecord& first = log_.records[anomaly.first_record];
  const StoredRecord& last = log_.records[anomaly.last_record];
  FindingBody body;
  body.first = line_ref(first, first_line);
  body.last = line_ref(last, last_line);
  if (last.file != first.file) body.last_source = sources_[last.file];
  body.first_command = log_.labels[first.label].command;
  if (anomaly.one_job) {
    body.missing_username = log_.labels[anomaly.labels.front()].username;
    body.missing_command = log_.labels[anomaly.labels.front()].command;
  }
  const RecordSource& written_by = log_.sources[first.source];
  body.reporter = written_by.reporter;
  body.utc_offset_minutes = first.utc_offset_minutes;
  body.end_utc_offset_minutes = last.utc_offset_minutes;
  // the row's time is the window's start, which is the last record's where the clock was set back
  if (last.time < first.time) std::swap(body.utc_offset_minutes, body.end_utc_offset_minutes);
  body.time_basis = log_.reports[first.file].time_basis;
  TimelineEvent event;
  event.time = anomaly.window_start;
  event.parser = std::string(anomaly_kind_name(anomaly.kind));
  event.hostname = written_by.hostname.empty() ? hostname_ : written_by.hostname;
  event.username = log_.labels[first.label].username;
  event.source = sources_[first.file];
  body.anomaly = std::move(anomaly);
  event.body = std::move(body);
  return event;
}

void RowMaker::records(const std::vector<bool>& known) {
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

void RowMaker::damage() {
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

void RowMaker::record_row(const StoredRecord& record, const Result<std::string>& line) {
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

LineRef RowMaker::line_ref(const StoredRecord& record, const Result<std::string>& text) const {
  // The line was read a moment ago; where it cannot be read again (a failing disk), the row says
  // so in its place.
  const std::uint64_t end = record.offset + (text ? text->size() : 1);
  return LineRef{record.line, record.offset,
                 text ? *text : "(line cannot be read again: " + text.error().message + ")",
                 owes_to_replay(sources_[record.file]->entry, {record.offset, end})};
}

}  // namespace pidometer
