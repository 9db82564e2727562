#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "plugin/timeline/finding_viewer.h"
#include "plugin/timeline/host_clock.h"
#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// Takes the bytes of the report in order; an Error of it ends the writing.
using ReportSink = std::function<Result<void>(std::string_view)>;

/// One self-contained HTML file: graph, findings, schedule, evidence and method. It needs no
/// network, and no other file.
///
/// A line of evidence is hostile input. All of it travels as packed data that a script of the
/// file's own turns into text nodes, and in the table for readers without scripts it is escaped;
/// the page forbids every script, style and address but its own (Content-Security-Policy, by hash).
class Report final : public FindingViewer {
 public:
  /// Findings that one report holds, those of the highest levels: browsers of 2026 draw a table of
  /// so many rows a page at a time without a pause, and their rows take some 3 MB of the file.
  static constexpr std::size_t kMostFindings = 20000;

  explicit Report(std::size_t most_findings = kMostFindings) : most_findings_(most_findings) {}

  void add_row(const TimelineEvent& event) override;
  void add_clock(const ClockPlace& place, HostClock clock) override;

  /// `summary` is the run's, as --summary writes it.
  Result<void> write(std::string_view summary, const ReportSink& sink);

 private:
  struct Finding {
    Level level = Level::informational;
    Timestamp time;
    std::uint32_t series = 0;  ///< EventSource::series: of the clock that it belongs to
    std::string row;           ///< as jsonl has it, without newline
    std::string message;
    std::vector<std::pair<std::int32_t, std::uint32_t>> compared;
  };
  struct Clock {
    std::string image;
    bool recovered = false;
    HostClock clock;
  };

  void drop_lowest();
  std::string data(std::string_view summary) const;
  std::string table() const;

  std::size_t most_findings_;
  std::vector<Finding> findings_;
  std::vector<Clock> clocks_;
  std::uint64_t left_out_ = 0;
};

}  // namespace pidometer
