#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/recovered_lines.h"
#include "base/timestamp.h"

namespace pidometer {

/// A log of garbage has one at every line; a reader of the summary needs the first of them.
inline constexpr std::size_t kListedStretches = 1000;

/// A stretch of the log over which no distance was judged: a window without a finding there says
/// nothing at all.
struct UnjudgedStretch {
  TimeRange range;
  std::string reason;
  RecoveredWithin recovered = {};  ///< of a live series: what came back that is dated within it
};

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
  std::vector<UnjudgedStretch> unjudged =
      {};                                ///< in the order of the log; at most kListedStretches
  std::uint64_t unjudged_intervals = 0;  ///< all of them, listed or not
};

}  // namespace pidometer
