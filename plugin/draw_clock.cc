#include "plugin/draw_clock.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace pidometer {

HostClock draw_clock(const LogSeries& log, const PidClock& clock, const WindowScan& scan,
                     const SeriesReport& report, std::uint32_t series, std::string series_id) {
  HostClock drawn;
  drawn.series = series;
  drawn.series_id = std::move(series_id);
  drawn.hostname = report.hostname;
  drawn.pid_max = clock.range.pid_max;
  for (const UnjudgedStretch& stretch : report.unjudged) drawn.unjudged.push_back(stretch.range);
  // A graph goes by time, a log by its lines: they differ where the clock was set back.
  std::vector<std::uint32_t> order(clock.ticks.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return clock.ticks[i].time; });
  drawn.points.reserve(order.size());
  std::uint16_t file = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::uint32_t i = order[k];
    const Tick& tick = clock.ticks[i];
    const Interval& step = clock.intervals[i];
    ClockPoint point{tick.time, tick.pid};
    point.judged = step.state == IntervalState::judged;
    if (point.judged) point.unexplained = static_cast<float>(scan.measure(i, i + 1).excess);
    point.apart =
        k > 0 && (order[k - 1] + 1 != i || clock.intervals[i - 1].state == IntervalState::boot);
    drawn.points.push_back(point);

    const StoredRecord& record = log.records[tick.record];
    if (drawn.offsets.empty() ||
        drawn.offsets.back().utc_offset_minutes != record.utc_offset_minutes)
      drawn.offsets.push_back({tick.time, record.utc_offset_minutes});
    if ((drawn.logs.empty() || record.file != file) && drawn.logs.size() < kMostLogStarts)
      drawn.logs.push_back({tick.time, log.reports[record.file].entry.path});
    file = record.file;
  }
  return drawn;
}

}  // namespace pidometer
