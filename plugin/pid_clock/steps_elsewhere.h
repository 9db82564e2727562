#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// What the same jobs' intervals of about the same length take elsewhere in the log, for those
/// intervals in which the PIDs fall: a nightly job that takes a thousand PIDs wraps the counter
/// with a thousand, whatever this host spends on average.
class StepsElsewhere {
 public:
  explicit StepsElsewhere(const std::vector<Tick>& ticks);

  /// The second largest rise, in PIDs, between two ticks of the jobs of `a` and as far apart as
  /// `a` and `b` (to half a minute): one alone may be an intruder's. 0: there are no two.
  /// `a` and `b`: neighbours of the ticks given, of which the second has the smaller PID.
  std::int64_t after(const Tick& a, const Tick& b) const;

 private:
  struct Rises {
    std::int64_t largest = 0;
    std::int64_t second = 0;
  };
  std::map<std::uint64_t, Rises> rises_;  // the log chooses the keys: no hash of it is even
};

}  // namespace pidometer
