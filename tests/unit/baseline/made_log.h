#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer::testing {

/// A log, tick by tick, from the 1st of March 2021 on.
class MadeLog {
 public:
  /// Jobs that start at this minute; from their first PID to that of the next tick it is `pids`.
  void tick(int minute, const std::vector<std::uint32_t>& labels, int pids, int second = 0) {
    Pid pid = next_;
    for (const std::uint32_t label : labels) {
      Reading r;
      r.time = Timestamp(std::chrono::sys_days{std::chrono::March / 1 / 2021}) +
               std::chrono::minutes(minute) + std::chrono::seconds(second);
      r.label = label;
      r.record = static_cast<std::uint32_t>(readings_.size());
      r.pid = pid++;
      readings_.push_back(r);
    }
    next_ += static_cast<Pid>(pids);
  }

  PidClock clock() const {
    ClockOptions options;
    options.pid_max = 4194304;
    return build_pid_clock(readings_, options);
  }

 private:
  std::vector<Reading> readings_;
  Pid next_ = 1000;
};

}  // namespace pidometer::testing
