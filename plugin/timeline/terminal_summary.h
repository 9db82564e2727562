#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plugin/timeline/finding_viewer.h"
#include "plugin/timeline/host_clock.h"
#include "plugin/timeline/run_summary.h"
#include "plugin/timeline/terminal_text.h"
#include "plugin/timeline/timeline_event.h"
#include "plugin/timeline/unexplained_days.h"

namespace pidometer {

/// A scan on one screen: the alarms by night (noon to noon of the host's clock, as in the report),
/// what was unexplained a day, what was read and how much of it could be judged, and what to ask
/// next. Takes findings and clocks in any order; holds the gravest findings only.
class TerminalSummary final : public FindingViewer {
 public:
  /// Findings that are held, to show those of the worst nights.
  static constexpr std::size_t kMostFindings = 5000;
  /// Nights and lines a night that are shown: what fits a few screens. The rest is counted.
  static constexpr std::size_t kMostNights = 12;
  static constexpr std::size_t kMostLines = 15;
  /// Hosts whose days are drawn: those with most to say.
  static constexpr std::size_t kMostHosts = 8;

  void add_row(const TimelineEvent& event) override;
  void add_clock(const ClockPlace& place, HostClock clock) override;

  /// `summary` is the run's. Ends in a newline.
  std::string write(const RunSummary& summary, const TerminalLook& look) const;

  /// A finding as it is held.
  struct Entry {
    AnomalyKind kind = AnomalyKind::pid_excess;
    Level level = Level::informational;
    Timestamp start;
    Timestamp end;
    int utc_offset_minutes = 0;  ///< at the start
    int end_utc_offset_minutes = 0;
    bool zone_assumed = false;     ///< nobody knows the host's zone: UTC
    std::int64_t excess_pids = 0;  ///< of a record_gap too
    double score_log = 0;
    std::string id;           ///< as `explain` takes it
    std::string activity_id;  ///< of its activity, or its own
    std::string words;        ///< of the program
    std::string evidence;     ///< bytes of the evidence that go with them; may be empty
    std::string host;         ///< empty: not known
  };

  /// What is known of a night's findings that are not held.
  struct Dropped {
    std::uint64_t findings = 0;
    std::int64_t unexplained = 0;  ///< PIDs
  };

 private:
  struct Host {
    std::uint32_t series = 0;  ///< EventSource::series
    std::string name;
    UnexplainedDays days;
  };

  UnexplainedDays all_days(const Host& host) const;

  std::vector<Entry> entries_;
  std::vector<Host> hosts_;
  /// What gaps left unexplained, by EventSource::series: a clock does not judge the interval of a
  /// gap.
  std::map<std::uint32_t, UnexplainedDays> gap_days_;
  std::map<std::int64_t, Dropped> dropped_;  ///< alarms that are not held, by night
  std::uint64_t below_ = 0;                  ///< findings below medium, in or out of activities
};

/// The number of the night in which a finding begins: noon to noon of the host's clock, from 0 for
/// the one that began on 1970-01-01.
std::int64_t night_of(const TerminalSummary::Entry& entry);

/// A finding in a few words, and the evidence that belongs to them.
TerminalSummary::Entry summary_entry(const TimelineEvent& event);

}  // namespace pidometer
