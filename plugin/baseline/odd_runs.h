#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plugin/baseline/interval_groups.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Runs at odd minutes: of a job that keeps to its minutes of the day, at another one. Such a line
/// may have been put there, and what its job costs elsewhere explains no more than that.
class OddRuns {
 public:
  struct Run {
    std::uint32_t tick = 0;
    std::uint32_t label = 0;
    bool operator==(const Run&) const = default;
  };

  OddRuns() = default;  ///< none
  OddRuns(const PidClock& clock, const IntervalGroups& groups);

  bool odd(std::uint32_t tick, std::uint32_t label) const;
  /// Whether a job of the tick does.
  bool any(std::uint32_t tick) const;

  /// By tick, then label.
  std::span<const Run> runs() const { return runs_; }

 private:
  std::vector<Run> runs_;
};

/// A job costs more than the dearest of n other runs once in n + 1 times, whatever it costs; and
/// half as much again seldom. Of costs that are lognormal one run in 1,250 does where twenty others
/// are known and the logarithms vary by a quarter, one in 54 where they vary by 0.9 (a run in a
/// thousand is sixteen times the usual one then); of eight others one in 250 and in 19.
inline constexpr double kDearer = 1.5;

}  // namespace pidometer
