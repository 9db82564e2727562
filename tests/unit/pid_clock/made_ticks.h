#pragma once

#include <chrono>

#include "plugin/pid_clock/minute_calendar.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// A tick of one job so many minutes after 1970, on a host whose clock shows UTC.
inline Tick tick_at(LocalMinute minute, Pid pid = 0, std::uint32_t items = 1) {
  Tick tick;
  tick.time = Timestamp(std::chrono::minutes(minute));
  tick.minute = static_cast<std::uint16_t>(minute % kLocalDay);
  tick.pid = pid;
  tick.items = items;
  tick.jobs = 1;
  return tick;
}

}  // namespace pidometer
