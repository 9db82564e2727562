#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugin/anomaly/burst_sizes.h"
#include "plugin/anomaly/job_habit.h"
#include "plugin/anomaly/job_spill.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/even_days.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// Work that comes at a random time of most days and that cron does not log: apt-daily of Debian
/// within twelve hours, a script that somebody starts. Explains an excess with the chance that a
/// window holds such a burst, and one as large. An intruder, by contrast, does not come evenly over
/// the days with work of one size. What `spill` and `habit` explain is no such burst.
class DailyBursts {
 public:
  /// The arithmetic of a window that holds such bursts.
  struct Steps {
    double number = 0;       ///< of them; 0: there is none
    double mean = 0;         ///< so many are in a window of its width on average
    BurstSizes::Steps size;  ///< of the largest one
    double chance = 0;       ///< -log10 of both together
    double rest_excess = 0;  ///< of the window without them
    double rest_score = 0;
  };

  DailyBursts(const PidClock& clock, const WindowScan& scan, const JobSpill& spill,
              JobHabit& habit);

  /// The window's score: what is left of it without its bursts, but at least the chance of those.
  double explained(const Window& window, Steps* steps = nullptr) const;

  /// The same of an excess over `intervals` of which it is not known when it was spent: at most the
  /// chance of one such burst, or of some of the usual size.
  double explained(double excess, std::size_t intervals, double score) const;

  /// The window without what may be such bursts, in a log of too few days to say that they are: at
  /// other times came the like, on as many days as chance may leave of what comes on most. In a log
  /// of more days there is none. What begins in an interval of `running` is a known job's.
  /// Of one day's log no burst of at most `once` PIDs, what a job of it took that ran once, is more
  /// than such work without a line.
  Window without_possible(const Window& window, const std::vector<bool>& running,
                          double once) const;

 private:
  struct Burst {
    std::uint32_t begin;  ///< intervals
    std::uint32_t end;
    double pids;
    std::int64_t day;
    std::int64_t date;
  };
  struct Trace {
    double pids;
    std::int64_t day;
    std::int64_t date;
  };

  /// Bursts of like size that come on most days.
  struct Kind {
    double rate = 0;  ///< bursts an interval, smaller ones too
    BurstSizes sizes;
  };

  bool beside(const Burst& burst, const Window& work) const;
  bool may_be_daily(const Window& work, const std::vector<bool>& running) const;
  bool may_be_of_a_kind(const Window& work, const std::vector<bool>& running) const;
  bool are_daily(std::span<const Burst> alike, double size) const;
  std::optional<Kind> largest_kind(std::vector<Burst> bursts, std::size_t least) const;
  static double chance(const Kind& kind, double number, double largest, std::size_t intervals,
                       Steps& steps);

  const PidClock& clock_;
  const WindowScan& scan_;
  EvenDays days_;
  std::vector<Burst> bursts_;  ///< in the order of the log
  std::vector<Trace> traces_;  ///< what may be one, by day
  double judged_ = 0;          ///< intervals
  std::optional<Kind> usual_;  ///< of most days
};

}  // namespace pidometer
