#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// Spelled as in `pidometer:anomaly:<kind>`.
enum class AnomalyKind : std::uint8_t {
  pid_excess,
  pid_deficit,
  boot,
  not_a_clock,
};

enum class Level : std::uint8_t { informational, low, medium, high, critical };

/// One thing that is not normal, between two readings. Numbers only: words are made in timeline/.
struct Anomaly {
  AnomalyKind kind = AnomalyKind::pid_excess;
  Level level = Level::informational;
  Timestamp window_start;
  Timestamp window_end;
  std::uint32_t first_record = 0;  ///< the caller's index (Reading::record) of the bounding records
  std::uint32_t last_record = 0;
  Pid first_pid = 0;
  Pid last_pid = 0;
  std::uint32_t boot_session = 0;  ///< from 1, in the series
  std::uint32_t intervals = 1;     ///< how many intervals between readings the window spans

  // pid_excess and pid_deficit:
  std::uint32_t wraps_assumed = 0;
  std::int64_t observed_pids = 0;
  double expected_pids = 0;
  std::int64_t excess_pids = 0;  ///< observed minus expected, rounded; negative for a deficit
  std::int64_t excess_low = 0;   ///< 90% range
  std::int64_t excess_high = 0;
  double score = 0;      ///< -log10 of the chance in one window of its kind
  double score_log = 0;  ///< the same for one of all windows looked at in the log; never below 0
  std::uint32_t baseline_samples = 0;  ///< comparable intervals: same jobs, same length
  std::int64_t baseline_low = 0;       ///< their range
  std::int64_t baseline_high = 0;
  std::vector<std::uint32_t> labels;  ///< Reading::label of the jobs of the first tick, sorted

  // boot:
  bool counter_restarted =
      true;  ///< false: a STARTUP line without a fall of the counter (the daemon was restarted)

  // not_a_clock (see PidOrder):
  std::uint32_t steps = 0;
  std::uint32_t downward_steps = 0;
  double unevenness = 0;
};

}  // namespace pidometer
