#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "cli/diagnostics.h"
#include "cli/held_findings.h"
#include "cli/options.h"
#include "cli/row_spool.h"
#include "cli/series_mediator.h"
#include "plugin/plugin.h"
#include "plugin/timeline/finding_viewer.h"
#include "plugin/timeline/row_formats.h"
#include "plugin/timeline/run_summary.h"

namespace pidometer {

/// Which rows the user wants, and in which form.
struct RowSelection {
  const RowFormat* format = &row_formats().front();  ///< null: none
  bool color = false;
  Level min_level = Level::informational;
  std::optional<Timestamp> since;  ///< rows that end before it are left out
  std::optional<Timestamp> until;  ///< rows that begin at or after it are left out
};

/// What report_births() told, and of where.
struct PlacedBirths {
  BirthPlace place;
  HostBirths births;
};

/// Takes what the plugin produces: rows into the spool, counts and reports into the summary,
/// warnings to the person.
class ScanMediator : public SeriesMediator {
 public:
  /// Warnings that the summary lists one by one. A log of garbage has one a line; beyond this their
  /// number has to do.
  static constexpr std::size_t kListedWarnings = 10000;

  /// All three must outlive the mediator.
  ScanMediator(const RowSelection& selection, RunSummary& summary, Diagnostics& diagnostics);

  std::uint32_t number_series() override { return next_series_++; }
  void produce_event(TimelineEvent event) override;
  void produce_warning(Warning warning) override;
  void report_log(const HostSeries& series, LogReport report) override;
  void report_series(const HostSeries& series, SeriesReport report) override;
  void report_recovered(const HostSeries& series, const std::string& hostname,
                        std::vector<RecoveredLine> lines) override;
  void report_witnesses(const HostSeries& series, std::vector<WitnessReport> reports) override;
  void report_crontabs(const HostSeries& series, const std::string& hostname,
                       CrontabReport report) override;
  void report_clock(const HostSeries& series, HostClock clock) override;
  void report_births(const HostSeries& series, HostBirths births) override;
  void add_progress(std::uint64_t bytes) override;
  bool aborted() const override;

  void tolerate(const std::vector<Warning>& warnings) override;
  void begin_series(const HostSeries& series) override;
  void hold_findings() override { holding_ = true; }
  void release_findings(const std::string& image) override;

  /// Rows and clocks go to it as well from now on; it must outlive the mediator.
  void fill(FindingViewer& viewer) { viewers_.push_back(&viewer); }

  /// What comes next speaks for itself.
  void end_series();

  RowSpool& rows() { return rows_; }
  std::vector<PlacedBirths>& births() { return births_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t findings() const { return findings_; }
  /// Whether a warning said that evidence was not read, or is damaged where a log may hide: a
  /// volume, a log, a stale journal, a corrupt directory.
  bool evidence_lost() const { return evidence_lost_; }
  /// Whether a warning named a state of a disk, such as a snapshot, that was not read.
  bool states_unread() const { return warning_totals_.contains(WarningKind::unread_state); }
  /// The first error of the spool: a full disk. Rows after it are lost.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  bool wanted(const TimelineEvent& event) const;
  std::uint32_t source_rank(const TimelineEvent& event);
  void add_row(const RowOrder& order, const TimelineEvent& event);

  const RowSelection& selection_;
  RunSummary& summary_;
  Diagnostics& diagnostics_;
  RowSpool rows_;
  std::vector<FindingViewer*> viewers_;
  std::vector<PlacedBirths> births_;
  std::atomic<std::uint32_t> next_series_{0};
  HeldFindings held_;
  bool holding_ = false;
  std::map<std::string, std::uint32_t, std::less<>> sources_;
  std::map<WarningKind, std::uint64_t> warning_totals_;
  std::string image_;
  std::string volume_;
  std::string folder_;
  std::uint64_t bytes_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t findings_ = 0;
  bool evidence_lost_ = false;
  std::vector<Warning> tolerated_;
  std::optional<Error> failure_;
};

}  // namespace pidometer
