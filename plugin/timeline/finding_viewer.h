#pragma once

#include <string>

#include "plugin/timeline/host_clock.h"
#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// Where the log of a clock was read, as its HostSeries says.
struct ClockPlace {
  std::string image;
  std::string folder;
  bool recovered = false;
};

/// Shows what a scan finds otherwise than as rows: the report, the summary on a terminal.
class FindingViewer {
 public:
  FindingViewer() = default;
  FindingViewer(const FindingViewer&) = delete;
  FindingViewer& operator=(const FindingViewer&) = delete;
  virtual ~FindingViewer() = default;

  /// All rows come, in the order in which they are found; what is no finding is passed over.
  virtual void add_row(const TimelineEvent& event) = 0;
  /// Of each series once, before its rows or behind them.
  virtual void add_clock(const ClockPlace& place, HostClock clock) = 0;
};

}  // namespace pidometer
