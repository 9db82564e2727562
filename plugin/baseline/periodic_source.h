#pragma once

#include <cstdint>

namespace pidometer {

/// Something that takes PIDs at the same minute and that cron does not log.
struct PeriodicSource {
  bool daily = false;        ///< else hourly
  std::uint16_t minute = 0;  ///< local, start of the interval: of the hour, or of the day
  double pids = 0;           ///< surplus in that interval, against the same jobs at other minutes
  std::uint32_t seen = 0;    ///< intervals that taught it; of a daily one, dates
};

}  // namespace pidometer
