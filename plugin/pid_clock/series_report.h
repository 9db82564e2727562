#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// What the clock made of one host series, for the summary.
struct SeriesReport {
  std::string hostname;
  std::uint64_t records = 0;
  std::uint64_t readings = 0;   ///< records whose PID is a reading of the clock
  std::uint64_t intervals = 0;  ///< distances judged
  std::uint32_t boot_sessions = 0;
  std::uint32_t wraps = 0;
  Pid pid_max = 0;
  std::string pid_max_basis;
  std::optional<TimeRange> coverage;  ///< first to last reading
};

}  // namespace pidometer
