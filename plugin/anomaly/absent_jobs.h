#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/minute_calendar.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Jobs that stand in each tick around of the same minute, and do not stand in this one.
struct AbsentJobs {
  std::vector<std::uint32_t> labels;  ///< sorted; one or more
  std::uint32_t seen = 0;             ///< in so many ticks, the nearest ones: in all of them
  std::uint32_t like = 0;             ///< one of these that has its jobs and them, no others
  /// PIDs of as long a time as the tick's interval behind such a tick, with what else runs in it.
  double expected = 0;
  bool expected_known = false;
  double variance = 0;
};

/// Looks at the ticks of the same minute of other hours and days.
class TicksAlike {
 public:
  /// Both must outlive it.
  TicksAlike(const PidClock& clock, const Baseline& baseline)
      : clock_(clock), baseline_(baseline), index_(clock.ticks) {}

  /// Nothing where a line of them is beside the tick, or may be lost, or such ticks are few.
  std::optional<AbsentJobs> absent_from(std::uint32_t tick) const;

 private:
  struct Around {
    std::vector<std::uint32_t> ticks;    ///< the nearest ones of the minute, on both sides
    std::vector<std::uint32_t> lacking;  ///< labels that all of them have and the tick has not
  };
  void look_around(std::uint32_t tick, LocalMinute step, Around& found) const;
  bool expect_span(std::uint32_t tick, double seconds, AbsentJobs& absent) const;
  bool stands_beside(std::uint32_t tick, std::uint32_t label) const;
  std::size_t count(std::uint32_t tick, std::uint32_t label) const;

  const PidClock& clock_;
  const Baseline& baseline_;
  TickIndex index_;
};

}  // namespace pidometer
