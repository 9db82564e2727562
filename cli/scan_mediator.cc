#include "cli/scan_mediator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/interrupt.h"

namespace pidometer {
namespace {

std::uint32_t line_of(const TimelineEvent& event) {
  if (const auto* finding = std::get_if<FindingBody>(&event.body)) return finding->first.line;
  if (const auto* record = std::get_if<RecordBody>(&event.body)) return record->line.line;
  return std::get<WarningBody>(event.body).warning.line;
}

}  // namespace

ScanMediator::ScanMediator(const RowSelection& selection, RunSummary& summary,
                           Diagnostics& diagnostics)
    : selection_(selection), summary_(summary), diagnostics_(diagnostics) {}

void ScanMediator::begin_series(const HostSeries& series) {
  image_ = series.image;
  volume_ = series.volume;
  folder_ = series.folder;
}

void ScanMediator::end_series() {
  image_.clear();
  volume_.clear();
  folder_.clear();
}

bool ScanMediator::wanted(const TimelineEvent& event) const {
  Timestamp end = event.time;
  if (const auto* finding = std::get_if<FindingBody>(&event.body)) {
    if (finding->anomaly.level < selection_.min_level) return false;
    end = finding->anomaly.window_end;
  }
  if (selection_.since && end < *selection_.since) return false;
  return !selection_.until || event.time < *selection_.until;
}

/// Rows of one instant stand in the order in which their files were first met, which is that of the
/// command line, volume and path.
std::uint32_t ScanMediator::source_rank(const TimelineEvent& event) {
  const std::string key = fmt::format("{}\n{}\n{}", image_, volume_,
                                      event.source ? event.source->entry.path : std::string());
  return sources_.try_emplace(key, static_cast<std::uint32_t>(sources_.size())).first->second;
}

void ScanMediator::produce_event(TimelineEvent event) {
  if (failure_ || !wanted(event)) return;
  const auto* finding = std::get_if<FindingBody>(&event.body);
  if (finding != nullptr && finding->anomaly.kind == AnomalyKind::activity) {
    ++summary_.activities;  // its parts are counted
  } else if (finding != nullptr) {
    ++findings_;
    ++summary_.findings[{finding->anomaly.kind, finding->anomaly.level}];
  }
  const RowOrder order{event.time, source_rank(event), line_of(event),
                       !std::holds_alternative<FindingBody>(event.body)};
  const bool live = event.source == nullptr || !event.source->entry.recovery;
  if (holding_ && live && std::holds_alternative<FindingBody>(event.body))
    held_.add(volume_, order, std::move(event));
  else
    add_row(order, event);
}

void ScanMediator::add_row(const RowOrder& order, const TimelineEvent& event) {
  if (failure_) return;
  for (FindingViewer* const viewer : viewers_) viewer->add_row(event);
  if (selection_.format == nullptr) return;
  const std::string row = selection_.format->write(event, selection_.color);
  if (Result<void> added = rows_.add(order, row); !added) failure_ = added.error();
}

void ScanMediator::release_findings(const std::string& image) {
  holding_ = false;
  for (const std::string& note : held_.mark_stretches(image, summary_.series))
    diagnostics_.note(note);
  held_.release(
      [this](const RowOrder& order, const TimelineEvent& event) { add_row(order, event); });
}

void ScanMediator::tolerate(const std::vector<Warning>& warnings) {
  tolerated_.insert(tolerated_.end(), warnings.begin(), warnings.end());
}

void ScanMediator::produce_warning(Warning warning) {
  if (warning.image.empty()) warning.image = image_;
  if (warning.volume.empty()) warning.volume = volume_;
  diagnostics_.warning(warning);
  const bool tolerated =
      std::any_of(tolerated_.begin(), tolerated_.end(), [&](const Warning& other) {
        return other.kind == WarningKind::skipped_file && other.kind == warning.kind &&
               other.volume == warning.volume && other.path == warning.path &&
               other.message == warning.message;
      });
  // A stale journal, a volume that is not read or a corrupt directory hides records as surely as a
  // lost chunk does.
  evidence_lost_ = evidence_lost_ || warning.kind == WarningKind::damaged_image ||
                   warning.kind == WarningKind::unsupported ||
                   (warning.kind == WarningKind::skipped_file && !tolerated) ||
                   warning.kind == WarningKind::reader_died;
  const std::uint64_t total = ++warning_totals_[warning.kind];
  if (summary_.warnings.size() < kListedWarnings)
    summary_.warnings.push_back(std::move(warning));
  else
    summary_.warning_totals[warning.kind] = total;
}

void ScanMediator::report_log(const HostSeries& series, LogReport report) {
  records_ += report.records;
  summary_.logs.push_back(SummaryLog{series.image, series.volume, std::move(report)});
}

void ScanMediator::report_series(const HostSeries& series, SeriesReport report) {
  summary_.series.push_back(SummarySeries{series.image, series.volume, series.folder, series.place,
                                          series.recovered, std::move(report)});
}

void ScanMediator::report_recovered(const HostSeries& series, const std::string& hostname,
                                    std::vector<RecoveredLine> lines) {
  held_.add_recovered(series.volume, hostname, std::move(lines));
}

void ScanMediator::report_witnesses(const HostSeries& series, std::vector<WitnessReport> reports) {
  for (WitnessReport& report : reports)
    summary_.witnesses.push_back(
        SummaryWitness{series.image, series.volume, series.folder, std::move(report)});
}

void ScanMediator::report_crontabs(const HostSeries& series, const std::string& hostname,
                                   CrontabReport report) {
  summary_.crontabs.push_back(
      SummaryCrontabs{series.image, series.volume, series.folder, hostname, std::move(report)});
}

void ScanMediator::report_clock(const HostSeries& series, HostClock clock) {
  const ClockPlace place{series.image, series.folder, series.recovered};
  // The last one, mostly the only one, gets the clock itself: a long log's takes 100 MB.
  for (std::size_t i = 0; i < viewers_.size(); ++i)
    if (i + 1 < viewers_.size())
      viewers_[i]->add_clock(place, clock);
    else
      viewers_[i]->add_clock(place, std::move(clock));
}

void ScanMediator::report_births(const HostSeries& series, HostBirths births) {
  births_.push_back(
      {{series.image, series.volume, series.folder, series.recovered}, std::move(births)});
}

void ScanMediator::add_progress(std::uint64_t bytes) {
  bytes_ += bytes;
  diagnostics_.progress(
      fmt::format("{} MB of log, {} {}:{}", bytes_ / 1'000'000, image_, volume_, folder_));
}

bool ScanMediator::aborted() const {
  return interrupted() || failure_.has_value();
}

}  // namespace pidometer
