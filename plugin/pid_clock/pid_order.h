#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/reading.h"

namespace pidometer {

/// Whether PIDs are an odometer at all on this host.
enum class PidOrderKind : std::uint8_t {
  sequential,  ///< or nothing says otherwise
  too_fast,    ///< in order, but about a round of the counter or more lies between two ticks
  random,      ///< handed out at random (OpenBSD, grsecurity): no clock
  several,     ///< several counters in one log that does not say which line is whose: no clock
};

/// The kind, and for `random` and `several` the statistic that says so.
struct PidOrder {
  PidOrderKind kind = PidOrderKind::sequential;

  /// Distances, falls and boots mean nothing: no finding is made of them.
  bool is_clock() const {
    return kind == PidOrderKind::sequential || kind == PidOrderKind::too_fast;
  }

  std::uint32_t steps = 0;           ///< from one job's PID to the next one's; `random`: those
                                     ///< more than 3 s apart
  std::uint32_t downward_steps = 0;  ///< those to a smaller PID
  double unevenness = 0;  ///< largest difference between the distribution of the distances (taken
                          ///< round the range of PIDs) and an even one, 0 to 1
  /// `several`: jobs' PIDs that fall, read as one counter's and dealt to `counters` of them.
  std::uint32_t falls = 0;
  std::uint32_t falls_dealt = 0;
  std::uint32_t counters = 0;
};

/// Lines of several counters are told where one in twenty jobs' PIDs falls, at least twenty do, and
/// hardly any of these still do once each PID is dealt to that of four counters (else eight,
/// sixteen, thirty-two: more hosts write no log that does not name them) which stands closest below
/// it. Wraps and boots fall all the same. Of PIDs at random, whose falls are half of all steps,
/// about 1.6 / counters of the falls are left (a counter is taken round by as many steps as there
/// are counters): no more than a third of that may be.
inline constexpr std::uint32_t kFewestCounters = 4;
inline constexpr std::uint32_t kMostCounters = 32;
inline constexpr double kSeveralShare = 0.05;
inline constexpr std::uint32_t kSeveralLeast = 20;
inline constexpr double kDealtShare = 0.5;  ///< over the number of counters

/// ... and no counter has three of four lines that stand together, or the others write throughout
/// the log: where they do not, whoever edits some lines must not have all passed over as a clock's.
inline constexpr double kMostOfOne = 0.75;

/// Chance makes shares and distributions differ by so much over the root of the number of steps
/// (Kolmogorov: 1.7 once in 160 even samples), and PIDs that are in use or reserved by so much
/// more.
inline constexpr double kEvenSlack = 1.7;
inline constexpr double kEvenLeast = 0.03;

/// PIDs are random where about half of the steps go down, PIDs and distances are spread evenly over
/// the whole range, and jobs of the same tick are no neighbours. A counter that wraps has one
/// distance that is usual; boots bring small PIDs again and again; jobs of one tick are neighbours
/// on the busiest host. Two hosts in one log whose lines do not tell them apart are several
/// counters. Readings in log order.
PidOrder judge_pid_order(const std::vector<Reading>& readings);

}  // namespace pidometer
