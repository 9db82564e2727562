#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// One look at the odometer of a host, and what the step to the next one left unexplained.
struct ClockPoint {
  Timestamp time;
  Pid pid = 0;
  float unexplained = 0;  ///< PIDs beyond those expected up to the next point; where `judged`
  bool judged = false;    ///< the step to the next point
  /// Not drawn as one line with the point before: the counter began anew between them, or the log
  /// has them elsewhere because the clock was set back.
  bool apart = false;
};

/// From `time` on the host's wall clock was `utc_offset_minutes` east of UTC.
struct ClockOffset {
  Timestamp time;
  int utc_offset_minutes = 0;
};

/// From `time` on the records stand in this log.
struct LogStart {
  Timestamp time;
  std::string filename;
};

/// All readings of one host, for a drawing.
struct HostClock {
  std::uint32_t series = 0;  ///< EventSource::series of its rows
  std::string series_id;     ///< and their EventSource::series_id
  std::string hostname;      ///< empty where the log names none
  Pid pid_max = 0;
  std::vector<ClockPoint> points;  ///< by time
  std::vector<ClockOffset> offsets;
  std::vector<LogStart> logs;  ///< at most kMostLogStarts
  std::vector<TimeRange> unjudged;
};

inline constexpr std::size_t kMostLogStarts = 1000;

}  // namespace pidometer
