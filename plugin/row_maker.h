#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/plugin.h"

namespace pidometer {

/// A record's row, still without its line. Much smaller than a TimelineEvent, which has room for a
/// finding.
struct DraftRecord {
  Timestamp time;
  std::string_view parser;  ///< name of a dialect
  std::string hostname;
  std::string username;
  std::shared_ptr<const EventSource> source;
  RecordBody body;
  LinePlace place;
};

/// Rows of one series that still lack the lines of their records. A log server has a thousand
/// series in one log, and reading it for the lines of each took longer than all else.
struct DraftRows {
  std::vector<TimelineEvent> findings;
  /// Two a finding, of its first and of its last record; behind them those that it quotes as
  /// missing, finding by finding.
  std::vector<LinePlace> lines;
  std::vector<TimelineEvent> damage;
  std::vector<DraftRecord> records;
};

/// Reads the lines, each log once, and gives the rows to the mediator, series by series.
void produce_rows(std::vector<DraftRows> drafts, Mediator& mediator);

/// EventSource::series_id of the rows of a log. Not every series of a run has one of its own: loose
/// logs that name no host share theirs.
std::string series_id_of(const HostSeries& series, const LogSeries& log);

/// Makes rows of one log series. Holds what all its rows share.
class RowMaker {
 public:
  /// `labels` go into all rows; their host name only where the log is of the evidence's own host:
  /// `several` says that the folder has logs of other hosts too. `number`: EventSource::series.
  RowMaker(const HostSeries& series, const LogSeries& log, const EvidenceLabels& labels,
           bool several, std::uint32_t number, Mediator& mediator);

  const std::string& hostname() const { return hostname_; }
  /// The same without the labels.
  const std::string& own_hostname() const { return own_hostname_; }
  /// Whether hostname() is the labels' name: the log is of the evidence's own host then.
  bool renamed() const { return renamed_; }
  const std::string& series_id() const { return series_id_; }
  std::uint32_t number() const { return number_; }

  /// `witnesses` is parallel to `anomalies`.
  DraftRows draft(std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses) const;

  /// Explains a finding, or an activity with the findings that it sums up.
  using Explain = std::function<std::shared_ptr<const Explanation>(
      const Anomaly&, std::span<const Anomaly* const>)>;

  /// Produces the finding of that id alone (or the activity and its findings), with what `explain`
  /// makes of it, and the rows of damage.
  void explained_finding(std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses,
                         const std::string& id, const Explain& explain);

  /// Drafts a row for every record, without those that are known (all are told where `known` is
  /// empty), and gives them to `take` by parts of kMostDrafted.
  void records(const std::vector<bool>& known, const std::function<void(DraftRows)>& take) const;

  /// Lines that are held at once. Each batch reads its logs again from the start, so that of the
  /// usual log of some 10,000 lines there is one batch, and of a million lines sixteen, however
  /// many hosts it is of.
  static constexpr std::size_t kMostDrafted = 65536;

 private:
  TimelineEvent finding_row(Anomaly anomaly) const;
  /// Makes a finding of lost copies a row of the log that lacks them, with the places of the lines
  /// that the other one has.
  void tell_missing(const LostCopies& lost, TimelineEvent& event) const;
  /// Of a row whose line was written by `writer`.
  std::string hostname_of(const RecordSource& writer) const;
  std::shared_ptr<const EventSource> make_source(const FileEntry& entry, std::string sha256) const;
  /// A damaged range is dated by the last record before it, or else the first one after it.
  std::vector<TimelineEvent> damage() const;
  DraftRecord record_row(std::uint32_t number) const;

  const LogSeries& log_;
  Mediator& mediator_;
  const LogPlace place_;
  const std::string image_;
  const std::string series_id_;
  const std::uint32_t number_;
  const std::string own_hostname_;
  std::string hostname_;
  bool renamed_ = false;  ///< hostname_ is the labels'
  const std::string case_id_;
  const std::string evidence_id_;
  std::vector<std::shared_ptr<const EventSource>> sources_;
};

}  // namespace pidometer
