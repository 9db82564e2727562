#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// What an interval says of what goes on beside its jobs: PIDs beyond the expected ones, in so many
/// seconds; 0 seconds: nothing.
struct LevelPiece {
  float pids = 0;
  float seconds = 0;
};

/// So many days show at which hours the level changes: the middle one of five is not moved by two
/// of them, and two intrusions at the same hour are no habit.
inline constexpr std::size_t kHoursDays = 5;

/// Which days have the same hours.
enum class DayKinds : std::uint8_t {
  alike,         ///< all of them
  weekend_apart  ///< Saturdays and Sundays have their own
};

/// What the hours of the day do to the level: a few steps, each at the same time of most days (work
/// begins at eight and ends at six). Learnt anew every four weeks.
class DayProfile {
 public:
  /// Nothing is known of the hours.
  DayProfile() = default;

  /// `pieces`: of the intervals from the first one on. The days around teach a day, the middle one
  /// of them: what one or two days show is none of the host's habits.
  static DayProfile learn(const PidClock& clock, std::span<const LevelPiece> pieces,
                          DayKinds kinds);

  bool used() const { return used_; }

  /// PIDs a second of an interval.
  double rate(std::size_t interval) const {
    return interval < rates_.size() ? static_cast<double>(rates_[interval]) : 0;
  }

 private:
  std::vector<float> rates_;
  bool used_ = false;
};

}  // namespace pidometer
