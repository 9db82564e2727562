#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/anomaly/anomaly.h"
#include "plugin/anomaly/edited_times.h"
#include "plugin/anomaly/explanations.h"
#include "plugin/anomaly/gap_costs.h"
#include "plugin/anomaly/untold_boot.h"
#include "plugin/anomaly/window_scan.h"
#include "plugin/baseline/baseline.h"
#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {

/// A gap of the log, and what the PIDs say of it.
struct GapVerdict {
  const TickGap* gap = nullptr;
  GapCause cause = GapCause::unknown;
  GapCost cost;
  std::int64_t observed = 0;  ///< PIDs handed out over the gap; 0 where that is not known
  double scheduled = 0;       ///< what the gap costs had every job run
  double background = 0;      ///< had none run but the tick's that starts it, at most
  double noise = 0;           ///< standard deviation of the two
  /// The daemon was started in it, and what was handed out is more than the start and all of the
  /// jobs may have taken.
  bool beyond_restart = false;
  /// The host may have been booted in it, and its counter come as far.
  bool may_be_boot = false;
  // what the cause was told from:
  double beyond_rate = 0;  ///< background over the time beyond the usual, at most
  double spent = 0;        ///< beyond what the last record's interval costs
  double clear = 0;        ///< two of these are told apart where they lie so far apart
  double gone_on = 0;      ///< the background went on where more was spent
  /// Of a counter that restarted in it, as no line tells: what a wrap would have been instead.
  WrapInstead wrap;
  double burst_chance = 1;  ///< that other work is as close to all that the gap costs
  /// As much was spent as if the jobs had run, or more, and that chance is not small.
  bool may_be_burst = false;
  /// What was handed out beyond all of it, and the score of so much, as of an excess. 0 where
  /// that is not known.
  double surplus = 0;
  double surplus_score = 0;
  /// Its lines are as well not in order: by their times one of its two ticks belongs elsewhere in
  /// the log, and is no surplus there. Known where the surplus would be a row.
  bool out_of_order = false;
};

/// What each of the clock's gaps means. Removed lines leave the PIDs that their jobs took; a host
/// that was suspended, or a clock that was set forward, took none; a daemon that was stopped took
/// the background's alone. Other work may have taken any number besides: PIDs that are not close to
/// what the jobs take are no proof that they ran. Never `records_removed` where bytes are damaged
/// or lines did not parse. Without the gaps beside a tick whose time was edited
/// (find_edited_times()): what is missing there stands elsewhere.
std::vector<GapVerdict> judge_gaps(const PidClock& clock, const Baseline& baseline,
                                   const WindowScan& scan, Explanations& explanations,
                                   const std::vector<EditedTime>& edited);

/// So many steps back of the clock are judged, and have a row; the summary has the number of all.
inline constexpr std::size_t kListedSteps = 1000;

/// Intervals that no time tells the length of, and what was handed out in them.
struct UntimedIntervals {
  std::vector<TickGap> gaps;  ///< TickGap::seconds says what is taken to have passed
  std::vector<GapVerdict> verdicts;
};

/// What was handed out while the clock was set, back or (`steps`: see steps_back_of()) forward, and
/// around ticks whose times were edited: as what a gap has in which no tick is missing.
UntimedIntervals judge_untimed(const PidClock& clock, const Baseline& baseline,
                               const WindowScan& scan, Explanations& explanations,
                               const std::vector<EditedTime>& edited,
                               const std::vector<GapVerdict>& gaps,
                               const std::vector<std::uint32_t>& steps);

/// The gap that a clock set forward left, where the clock was set back by as much later on: index
/// into `clock.intervals` of that step back for each gap, kNoTick for none. A step back with no
/// such gap before it is its own.
std::vector<std::uint32_t> steps_back_of(const PidClock& clock,
                                         const std::vector<GapVerdict>& gaps);

/// By how much the clock was set at an interval whose time runs backwards, in seconds, negative.
double step_back_seconds(const PidClock& clock, std::uint32_t interval);

}  // namespace pidometer
