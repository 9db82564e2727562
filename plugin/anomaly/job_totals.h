#pragma once

#include <cstdint>
#include <vector>

#include "plugin/anomaly/usual_size.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/odd_runs.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A daily job whose work is spread over the hour after it (a scan of files, an update that
/// sleeps): in which of the intervals there it spends its PIDs differs from day to day, the sum
/// over the hour does much less. Where other runs' work varies at that distance from the run, too,
/// an excess is explained with the chance of the run's total under that of all runs.
class JobTotals {
 public:
  /// The arithmetic of a run that explains a window; size.degrees 0: none does.
  struct Steps {
    double total = 0;  ///< PIDs in the hour after the run beyond those of the hours before runs
    UsualSize size{.degrees = 0};  ///< of all runs' totals
    double deviations = 0;         ///< of this one
    double chance = 0;             ///< -log10 of it
    double dearest = 0;            ///< of a run at an odd minute: the most of the others' totals
    double beyond = 0;             ///< ... what of the run's total is beyond that and half of it
    double beyond_score = 0;       ///< ... and the score of that
  };

  /// `clock` and `scan` must outlive it.
  JobTotals(const PidClock& clock, const OddRuns& odd, const WindowScan& scan);

  /// The window's score, no larger than the chance of the total of a run before it. What is beyond
  /// the dearest of the others is not explained by one at an odd minute (odd_runs.h), and nothing
  /// where `by_odd` is not set.
  double explained(const Window& window, Steps* steps = nullptr, bool by_odd = true) const;

 private:
  struct Run {
    std::uint32_t tick = 0;
    std::uint32_t end = 0;   ///< of the hour's intervals: the last tick of them
    bool whole = true;       ///< the hour was judged throughout
    bool odd = false;        ///< at a minute that is none of the job's: it teaches nothing
    double pids = 0;         ///< that were handed out in the hour
    double seconds = 0;      ///< of it
    double before_rate = 0;  ///< PIDs a second in the hour before; below 0: not known
    double total = 0;
  };
  /// Which run it is of which job.
  struct Place {
    std::uint32_t tick;
    std::uint32_t job;
    std::uint32_t run;
  };
  struct Job {
    std::vector<Run> runs;  ///< by tick
    double before = 0;      ///< PIDs a second in the hours before runs
    UsualSize size;         ///< of their totals
    double dearest = 0;     ///< the most of them
    double by_chance = 0;   ///< intervals that vary, in an hour that is none of the job's
  };
  void find_jobs();
  bool learn(Job& job) const;
  Run run_at(std::uint32_t tick) const;
  double varying(std::uint32_t begin, std::uint32_t end) const;
  void beyond_dearest(const Job& job, const Run& run, Window window, Steps& told) const;
  static bool is_newest(const Job& job, std::size_t run, const Window& window);
  bool reaches(const Job& job, const Run& run, const Window& window) const;

  const PidClock& clock_;
  const OddRuns& odd_;
  const WindowScan& scan_;
  std::vector<std::uint32_t> vary_;  ///< intervals that are far out, either way; ascending
  double hours_ = 1;                 ///< that were judged
  std::vector<Job> jobs_;
  std::vector<Place> by_tick_;  ///< runs of all jobs
};

}  // namespace pidometer
