#include "plugin/clock_report.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pidometer {
namespace {

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
    case IntervalState::daemon_restart:
      return "cron's daemon was started there, and PIDs or times run backwards";
    case IntervalState::judged:
    case IntervalState::boot:
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

}  // namespace

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
  if (clock.order.kind == PidOrderKind::random)
    report.no_clock = "the PIDs of this host are handed out at random";
  if (clock.order.kind == PidOrderKind::several)
    report.no_clock = "the PIDs are of several hosts, which the lines do not name";
  report.pid_max = clock.range.pid_max;
  report.pid_max_basis = clock.range.basis;
  if (!clock.ticks.empty()) {
    // the log's last record is not its latest where the clock was set back
    const auto [first, last] = std::ranges::minmax_element(clock.ticks, {}, &Tick::time);
    report.coverage = TimeRange{first->time, last->time};
    report.begin_utc_offset_minutes = first->utc_offset_minutes;
    report.end_utc_offset_minutes = last->utc_offset_minutes;
  }
  list_unjudged(clock, recovered, report);
  return report;
}

}  // namespace pidometer
