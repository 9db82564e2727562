#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/plugin.h"

namespace pidometer {

/// Makes rows of one log series and gives them to the mediator. Holds what all its rows share.
class RowMaker {
 public:
  RowMaker(const HostSeries& series, const LogSeries& log, Mediator& mediator);

  const std::string& hostname() const { return hostname_; }

  /// `witnesses` is parallel to `anomalies`.
  void findings(std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses);

  /// Only the finding (or activity) of that id, with what `explain` makes of it.
  void explained_finding(
      std::vector<Anomaly> anomalies, std::vector<WindowWitnesses> witnesses, const std::string& id,
      const std::function<std::shared_ptr<const Explanation>(const Anomaly&)>& explain);

  /// A row for every record, without those that are known (all are told where `known` is empty).
  void records(const std::vector<bool>& known);

  /// A damaged range is dated by the last record before it, or else the first one after it.
  void damage();

 private:
  /// Lines of records that are held at once. Each batch reads its logs again from the start, so
  /// that of the usual log of some 10,000 lines there is one batch, and of a million lines sixteen.
  static constexpr std::size_t kRecordBatch = 65536;

  std::vector<TimelineEvent> finding_rows(std::vector<Anomaly> anomalies,
                                          std::vector<WindowWitnesses> witnesses) const;
  TimelineEvent finding_row(Anomaly anomaly, const Result<std::string>& first_line,
                            const Result<std::string>& last_line) const;
  void record_row(const StoredRecord& record, const Result<std::string>& line);
  LineRef line_ref(const StoredRecord& record, const Result<std::string>& text) const;

  const LogSeries& log_;
  Mediator& mediator_;
  std::string hostname_;
  std::vector<std::shared_ptr<const EventSource>> sources_;
};

}  // namespace pidometer
