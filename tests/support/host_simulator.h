#pragma once

#include <cstdint>
#include <vector>

#include "base/timestamp.h"
#include "plugin/pid_clock/reading.h"

namespace pidometer::testing {

/// Random numbers that are the same on every machine (splitmix64; own distributions).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  double uniform();  ///< [0, 1)
  std::uint32_t poisson(double mean);
  /// A count with this mean; `burst` is the mean size of the bursts it comes in (1: Poisson).
  std::uint32_t bursty(double mean, double burst);

 private:
  std::uint64_t state_;
};

/// A job in the schedule: runs at `minute` of each `period` minutes, counted from local midnight
/// 1970. Costs cron's child, the job itself, `fixed` more, and a random number more.
struct SimulatedJob {
  std::uint32_t label = 0;
  std::uint32_t period = 60;
  std::uint32_t minute = 0;
  std::uint32_t fixed = 0;
  double random = 0;
  double burst = 1;
};

/// Work at a random time of the day, so often a day on average, of `low` to `high` PIDs.
struct SimulatedTimer {
  double a_day = 1;
  std::uint32_t low = 20;
  std::uint32_t high = 60;
};

/// PIDs that no line explains: `pids` in all, spread evenly over `minutes` from minute `start` of
/// the log on.
struct SimulatedActivity {
  std::uint32_t start = 0;
  std::uint32_t pids = 0;
  std::uint32_t minutes = 1;
};

struct HostPlan {
  Timestamp start{};          ///< a full minute
  std::uint32_t minutes = 0;  ///< length of the log
  Pid first_pid = 600;        ///< counter before the first tick
  Pid pid_max = 32768;
  std::int16_t utc_offset_minutes = 0;
  std::uint64_t seed = 1;
  std::vector<SimulatedJob> jobs;
  std::vector<SimulatedJob> unlogged;  ///< periodic sources that cron does not log
  std::vector<SimulatedTimer> timers;
  double background = 0;  ///< random PIDs a minute at noon
  double burst = 1;
  double night = 1;  ///< share of it at midnight
  std::vector<SimulatedActivity> activities;
};

/// What cron of such a host logs, in log order. Reading::record counts from 0.
std::vector<Reading> simulate_host(const HostPlan& plan);

}  // namespace pidometer::testing
