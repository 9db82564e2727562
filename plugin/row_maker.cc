#include "plugin/row_maker.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "plugin/cron_log/host_groups.h"
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

LinePlace line_place(const RecordPlace& place) {
  return {place.file, place.offset};
}

void read_line(LineRef& line, const FileEntry& entry, const Result<std::string>& text) {
  // The line was read a moment ago; where it cannot be read again (a failing disk), the row says
  // so in its place.
  const std::uint64_t end = line.offset + (text ? text->size() : 1);
  line.text = text ? *text : "(line cannot be read again: " + text.error().message + ")";
  line.journal_replayed = owes_to_replay(entry, {line.offset, end});
}

/// Gives the findings of a series their lines (two each), and what follows from these.
void read_findings(std::vector<TimelineEvent>& events, std::span<const Result<std::string>> lines) {
  std::map<std::tuple<AnomalyKind, std::string, std::string>, std::uint32_t> told;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& body = std::get<FindingBody>(events[i].body);
    const Result<std::string>& first = lines[2 * i];
    const Result<std::string>& last = lines[2 * i + 1];
    const EventSource& last_source = body.last_source ? *body.last_source : *events[i].source;
    read_line(body.first, events[i].source->entry, first);
    read_line(body.last, last_source.entry, last);
    body.repetition = told[{body.anomaly.kind, text_of(first), text_of(last)}]++;
  }
  std::size_t next = 2 * events.size();
  for (TimelineEvent& event : events) {
    auto& body = std::get<FindingBody>(event.body);
    if (!body.missing) continue;
    for (MissingLine& line : body.missing->lines) {
      const Result<std::string>& text = lines[next++];
      line.text = text ? text->substr(0, kMostWitnessText)
                       : "(line cannot be read again: " + text.error().message + ")";
    }
  }
  join_activities(events);
}

TimelineEvent event_of(DraftRecord record, const Result<std::string>& line) {
  TimelineEvent event;
  event.time = record.time;
  event.parser = record.parser;
  event.hostname = std::move(record.hostname);
  event.username = std::move(record.username);
  event.source = std::move(record.source);
  read_line(record.body.line, event.source->entry, line);
  event.body = std::move(record.body);
  return event;
}

/// The host's name as the log has it, or else the evidence; empty where nothing says it.
const std::string& hostname_in(const HostSeries& series, const LogSeries& log) {
  return log.hostname.empty() && !log.of_another_host ? series.facts.hostname : log.hostname;
}

}  // namespace

void produce_rows(std::vector<DraftRows> drafts, Mediator& mediator) {
  std::vector<LinePlace> places;
  for (const DraftRows& draft : drafts) {
    places.insert(places.end(), draft.lines.begin(), draft.lines.end());
    for (const DraftRecord& record : draft.records) places.push_back(record.place);
  }
  const std::vector<Result<std::string>> lines = fetch_lines(places);
  std::span<const Result<std::string>> rest = lines;
  for (DraftRows& draft : drafts) {
    read_findings(draft.findings, rest.first(draft.lines.size()));
    rest = rest.subspan(draft.lines.size());
    for (auto* const events : {&draft.findings, &draft.damage})
      for (TimelineEvent& event : *events) mediator.produce_event(std::move(event));
    for (std::size_t i = 0; i < draft.records.size(); ++i) {
      if (mediator.aborted()) return;
      mediator.produce_event(event_of(std::move(draft.records[i]), rest[i]));
    }
    rest = rest.subspan(draft.records.size());
  }
}

std::string series_id_of(const HostSeries& series, const LogSeries& log) {
  // What tells this series from others in every copy of the evidence: no path of the examiner's
  // machine.
  const std::string& host = hostname_in(series, log);
  return series.volume.empty() ? host : series.volume + ":" + series.folder + ":" + host;
}

RowMaker::RowMaker(const HostSeries& series, const LogSeries& log, const EvidenceLabels& labels,
                   bool several, std::uint32_t number, Mediator& mediator)
    : log_(log),
      mediator_(mediator),
      place_(series.place),
      image_(series.image),
      series_id_(series_id_of(series, log)),
      number_(number),
      own_hostname_(hostname_in(series, log)),
      hostname_(own_hostname_),
      case_id_(labels.case_id),
      evidence_id_(labels.evidence_id) {
  // Behind the id: a finding keeps it, whatever the examiner calls the host.
  const bool other = log.of_another_host ||
                     (several && short_name(hostname_) != short_name(series.facts.hostname));
  renamed_ = !labels.hostname.empty() && !other;
  if (renamed_) hostname_ = labels.hostname;
  for (const LogReport& report : log.reports)
    sources_.push_back(make_source(report.entry, report.sha256));
}

std::string RowMaker::hostname_of(const RecordSource& writer) const {
  return writer.hostname.empty() || renamed_ ? hostname_ : writer.hostname;
}

std::shared_ptr<const EventSource> RowMaker::make_source(const FileEntry& entry,
                                                         std::string sha256) const {
  auto source = std::make_shared<EventSource>();
  source->entry = entry;
  source->image = image_;
  source->log_sha256 = std::move(sha256);
  source->copy = place_.copy;
  source->series_id = series_id_;
  source->series = number_;
  source->host = hostname_;
  source->case_id = case_id_;
  source->evidence_id = evidence_id_;
  return source;
}

DraftRows RowMaker::draft(std::vector<Anomaly> anomalies,
                          std::vector<WindowWitnesses> witnesses) const {
  DraftRows draft;
  draft.lines.reserve(anomalies.size() * 2);
  draft.findings.reserve(anomalies.size());
  for (std::size_t i = 0; i < anomalies.size(); ++i) {
    if (const std::uint32_t lost = anomalies[i].lost_copies; lost != 0) {
      draft.lines.push_back(line_place(log_.lost_copies[lost - 1].first));
      draft.lines.push_back(line_place(log_.lost_copies[lost - 1].last));
    } else {
      draft.lines.push_back(place_of(log_, anomalies[i].first_record));
      draft.lines.push_back(place_of(log_, anomalies[i].last_record));
    }
    draft.findings.push_back(finding_row(std::move(anomalies[i])));
    std::get<FindingBody>(draft.findings.back().body).witnesses = std::move(witnesses[i]);
  }
  for (const TimelineEvent& event : draft.findings) {
    const std::uint32_t lost = std::get<FindingBody>(event.body).anomaly.lost_copies;
    if (lost == 0) continue;
    for (const RecordPlace& place : log_.lost_copies[lost - 1].quoted)
      draft.lines.push_back(line_place(place));
  }
  draft.damage = damage();
  return draft;
}

void RowMaker::explained_finding(std::vector<Anomaly> anomalies,
                                 std::vector<WindowWitnesses> witnesses, const std::string& id,
                                 const Explain& explain) {
  DraftRows rows = draft(std::move(anomalies), std::move(witnesses));
  read_findings(rows.findings, fetch_lines(rows.lines));
  // an activity's findings are asked for with it
  std::vector<const Anomaly*> parts;
  TimelineEvent* activity = nullptr;
  for (TimelineEvent& event : rows.findings) {
    auto& body = std::get<FindingBody>(event.body);
    const bool is_sum = body.anomaly.kind == AnomalyKind::activity;
    if (is_sum && finding_id(event) == id) activity = &event;
    if (is_sum || (finding_id(event) != id && body.activity_id != id)) continue;
    body.explanation = explain(body.anomaly, {});
    parts.push_back(&body.anomaly);
  }
  if (activity != nullptr) {
    auto& body = std::get<FindingBody>(activity->body);
    body.explanation = explain(body.anomaly, parts);
  }
  for (TimelineEvent& event : rows.findings)
    if (std::get<FindingBody>(event.body).explanation != nullptr)
      mediator_.produce_event(std::move(event));
  for (TimelineEvent& event : rows.damage) mediator_.produce_event(std::move(event));
}

TimelineEvent RowMaker::finding_row(Anomaly anomaly) const {
  const StoredRecord& first = log_.records[anomaly.first_record];
  const StoredRecord& last = log_.records[anomaly.last_record];
  FindingBody body;
  body.first = {first.line, first.offset, {}, false};
  body.last = {last.line, last.offset, {}, false};
  if (last.file != first.file) body.last_source = sources_[last.file];
  body.first_command = log_.labels[first.label].command;
  if (anomaly.one_job && anomaly.lost_copies == 0) {
    body.missing_username = log_.labels[anomaly.labels.front()].username;
    body.missing_command = log_.labels[anomaly.labels.front()].command;
  }
  if (!anomaly.absent_labels.empty()) {
    body.missing_username = log_.labels[anomaly.absent_labels.front()].username;
    body.missing_command = log_.labels[anomaly.absent_labels.front()].command;
  }
  if (anomaly.kind == AnomalyKind::schedule_mismatch &&
      anomaly.mismatch == ScheduleMismatch::line_without_job) {
    body.missing_username = anomaly.crontab_line->username;
    body.missing_command = anomaly.crontab_line->command;
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
  event.hostname = hostname_of(written_by);
  event.username = log_.labels[first.label].username;
  event.source = sources_[first.file];
  const std::uint32_t lost = anomaly.lost_copies;
  body.anomaly = std::move(anomaly);
  event.body = std::move(body);
  if (lost != 0) tell_missing(log_.lost_copies[lost - 1], event);
  return event;
}

void RowMaker::tell_missing(const LostCopies& lost, TimelineEvent& event) const {
  auto& body = std::get<FindingBody>(event.body);
  event.source = make_source(lost.first.file->entry(), lost.first.file->sha256().value_or(""));
  body.last_source.reset();
  if (lost.last.file != lost.first.file)
    body.last_source = make_source(lost.last.file->entry(), lost.last.file->sha256().value_or(""));
  body.first = {lost.first.line, lost.first.offset, {}, false};
  body.last = {lost.last.line, lost.last.offset, {}, false};
  body.missing_username = lost.username;
  body.missing_command = lost.command;
  MissingLines missing{lost.verdict, {}, lost.first_missing, lost.last_missing, lost.copied};
  for (const RecordPlace& place : lost.quoted)
    missing.lines.push_back({place.time, place.file->entry().path, place.line, place.pid, {}});
  body.missing = std::move(missing);
}

void RowMaker::records(const std::vector<bool>& known,
                       const std::function<void(DraftRows)>& take) const {
  DraftRows draft;
  draft.records.reserve(std::min(kMostDrafted, log_.records.size()));
  for (std::uint32_t i = 0; i < log_.records.size(); ++i) {
    if (!known.empty() && known[i]) continue;
    draft.records.push_back(record_row(i));
    if (draft.records.size() == kMostDrafted) take(std::exchange(draft, {}));
  }
  take(std::move(draft));
}

std::vector<TimelineEvent> RowMaker::damage() const {
  std::vector<TimelineEvent> events;
  for (std::size_t file = 0; file < log_.reports.size(); ++file) {
    if (!log_.owned[file] || log_.reports[file].damage.empty()) continue;
    std::vector<const StoredRecord*> records;
    for (const StoredRecord& record : log_.records)
      if (record.file == file) records.push_back(&record);
    if (records.empty()) continue;  // nothing to date it by: the summary has it
    const auto offset_of = [](const StoredRecord* record) -> std::uint64_t {
      return record->offset;
    };
    std::ranges::stable_sort(records, {}, offset_of);
    for (const DamagedRange& damaged : log_.reports[file].damage) {
      const auto behind = std::ranges::lower_bound(records, damaged.range.begin, {}, offset_of);
      const StoredRecord* const nearest = behind == records.begin() ? *behind : behind[-1];
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
      events.push_back(std::move(event));
    }
  }
  return events;
}

DraftRecord RowMaker::record_row(std::uint32_t number) const {
  const StoredRecord& record = log_.records[number];
  const RecordSource& written_by = log_.sources[record.source];
  DraftRecord row;
  row.time = record.time;
  row.parser = written_by.dialect.empty() ? "cron_log" : written_by.dialect;
  row.hostname = hostname_of(written_by);
  row.username = log_.labels[record.label].username;
  row.source = sources_[record.file];
  row.body.event = record.event;
  row.body.pid = record.pid;
  row.body.line.line = record.line;
  row.body.line.offset = record.offset;
  row.body.reporter = written_by.reporter;
  row.body.command = log_.labels[record.label].command;
  row.place = place_of(log_, number);
  return row;
}

}  // namespace pidometer
