#include "plugin/draw_clock.h"

#include <cstdint>
#include <utility>

namespace pidometer {

HostClock draw_clock(const LogSeries& log, const PidClock& clock, const WindowScan& scan,
                     std::string series_id, std::string hostname) {
  HostClock drawn;
  drawn.series_id = std::move(series_id);
  drawn.hostname = std::move(hostname);
  drawn.pid_max = clock.pid_max;
  drawn.points.reserve(clock.ticks.size());
  std::uint16_t file = 0;
  for (std::uint32_t i = 0; i < clock.ticks.size(); ++i) {
    const Tick& tick = clock.ticks[i];
    const Interval& step = clock.intervals[i];
    ClockPoint point{tick.time, tick.pid};
    point.judged = step.state == IntervalState::judged;
    if (point.judged) point.unexplained = static_cast<float>(scan.measure(i, i + 1).excess);
    point.restarted = i > 0 && clock.intervals[i - 1].state == IntervalState::boot;
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
