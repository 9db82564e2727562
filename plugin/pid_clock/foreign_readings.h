#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/pid_clock/fast_stretches.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Out-of-order PIDs of neighbouring ticks differ by a few; 25 is beyond what was seen on real
/// hosts. Only lines close in time are written in the wrong order: further apart any PID outside
/// its neighbours is foreign beyond doubt.
inline constexpr std::int64_t kForeignPids = 25;
inline constexpr std::chrono::seconds kOutOfOrder{90};

/// Two ticks, or jobs, in the wrong order by so few PIDs within that time are late lines, not a
/// boot.
inline constexpr std::int64_t kLateLinePids = 30;

/// Neighbours agree if the step across what is foreign is not much larger than the steps around it.
/// A real excess there needs no repair, so the factor may be small.
inline constexpr std::int64_t kForeignStepFactor = 4;
inline constexpr std::int64_t kForeignStepSlack = 50;

/// A reading whose PID does not fit its neighbours while its time does.
struct ForeignReading {
  std::uint32_t record = 0;  ///< Reading::record
  Pid pid = 0;
  Timestamp time;
  Pid previous_pid = 0;  ///< of the ticks around it, which agree with one another
  Pid next_pid = 0;
  Timestamp previous_time;
  Timestamp next_time;
  bool misplaced =
      false;              ///< its time does not fit either: it was moved, written late, or repeated
  bool close = false;     ///< so few PIDs and so short a time outside that the line may be late
  bool put_back = false;  ///< misplaced, and read where it belongs
  bool repeated = false;  ///< misplaced, and it stands where it belongs as well
  /// Of misplaced ones that stand in a row: number of the row, from 1 in the series; 0: of none.
  std::uint32_t run = 0;
  std::uint32_t jobs = 1;   ///< lines of the tick whose reading it is
  bool stray_time = false;  ///< its PID fits, and its time does not: the log is whole without it
};

/// So many misplaced lines of a series have a row; the summary has the number of all.
inline constexpr std::size_t kListedMisplaced = 1000;

/// A line whose PID stands beside those of a tick at most so long before it is late by that, where
/// such ticks have its job.
inline constexpr std::chrono::seconds kLatestLine{600};

/// Takes readings out whose PID lies outside two neighbours that agree with one another (a forged
/// or edited line): one such line must not look like an excess and a boot. A tick with
/// another PID that fits takes that one; a tick without is joined to the one before, or to a late
/// one behind it (Tick::joined).
/// Returns what was taken out, and the jobs of a tick whose PIDs lie far beyond the next tick's: in
/// the log's order.
std::vector<ForeignReading> take_out_foreign_readings(const std::vector<Reading>& readings,
                                                      const FastStretches& fast,
                                                      TickSeries& series);

/// Takes the ticks out of which `gone` (ascending indices) says so, and joins the
/// items of each to the tick that `host_of` names for it; kNoHost: to none.
inline constexpr std::uint32_t kNoHost = 0xffffffffU;
struct GoneTick {
  std::uint32_t tick = 0;
  std::uint32_t host = kNoHost;  ///< a tick that stays
  bool late = false;  ///< the line of one of the host's own jobs: the host is whole with it
};
void take_out_ticks(TickSeries& series, const std::vector<GoneTick>& gone);

}  // namespace pidometer
