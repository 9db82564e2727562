#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/anomaly/seen_share.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A job that runs at most about three times a day and whose runs are followed, within the hour, by
/// a large excess explains one: Debian's cron.daily sleeps up to half an hour before it spends its
/// PIDs, RHEL's is started by anacron some minutes later.
class JobSpill {
 public:
  /// What explains it.
  struct Steps {
    SeenShare share;          ///< of the job's runs
    double dearest = 0;       ///< of a run at an odd minute: the largest excess behind another one
    double beyond = 0;        ///< ... what of the window is beyond that and half of it
    double beyond_score = 0;  ///< ... and the score of that
  };

  JobSpill(const PidClock& clock, const OddRuns& odd, const WindowScan& scan);

  /// The window's score, no larger than the chance with which other runs of a job were followed by
  /// as much; `steps`, where they are asked for, are of the run that explains it best. What is
  /// beyond the largest excess behind the others is not explained by one at an odd minute
  /// (odd_runs.h), and nothing where `by_odd` is not set.
  double explained(const Window& window, Steps* steps = nullptr, bool by_odd = true) const;

 private:
  static constexpr std::size_t kRanks = 4;
  using Largest = std::array<double, kRanks>;  ///< PIDs of bursts, falling
  using Beside = std::array<double, kRanks>;   ///< ... rising

  struct Burst {
    std::uint32_t begin;
    std::uint32_t end;
    double pids;
  };
  struct JobRun {
    std::uint32_t label;
    std::uint32_t tick;
    Largest largest;   ///< of the bursts within the hour
    bool odd = false;  ///< at a minute that is none of the job's: it teaches nothing
  };

  void find_bursts();
  std::span<const Burst> after(std::uint32_t tick) const;
  static Beside beside(std::span<const Burst> behind, const Window& window, double like);
  Largest largest_after(std::uint32_t tick) const;
  std::size_t runs_of(std::uint32_t label) const { return starts_[label + 1U] - starts_[label]; }
  std::span<double> sizes_of(std::uint32_t label, std::size_t rank) {
    return std::span(followed_by_[rank]).subspan(starts_[label], runs_of(label));
  }
  double followed(std::uint32_t label, std::size_t rank, double pids) const;
  bool by_chance(double pids, std::size_t count, double followed, double runs) const;

  double beyond_dearest(const JobRun& run, Window window, Steps& told) const;

  const PidClock& clock_;
  const WindowScan& scan_;
  std::vector<Burst> bursts_;  ///< by begin
  std::vector<double> sizes_;  ///< ascending
  /// Intervals that are not judged, ascending.
  std::vector<std::uint32_t> breaks_;
  double hours_ = 0;
  std::vector<JobRun> by_tick_;
  /// By rank: the size of the burst of each run, side by side by label, ascending.
  std::array<std::vector<double>, kRanks> followed_by_;
  /// By label: where its runs at its own minutes begin there, and one more.
  std::vector<std::size_t> starts_;
  /// By label: three of its runs were followed by a burst of that size; below 0: it has not three.
  std::vector<double> known_size_;
};

}  // namespace pidometer
