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
};

/// The kind, and for `random` the statistic that says so.
struct PidOrder {
  PidOrderKind kind = PidOrderKind::sequential;
  std::uint32_t steps = 0;           ///< from one job's PID to the next one's, more than 3 s apart
  std::uint32_t downward_steps = 0;  ///< those to a smaller PID
  double unevenness = 0;  ///< largest difference between the distribution of the distances (taken
                          ///< round the range of PIDs) and an even one, 0 to 1
};

/// Chance makes shares and distributions differ by so much over the root of the number of steps
/// (Kolmogorov: 1.7 once in 160 even samples), and PIDs that are in use or reserved by so much
/// more.
inline constexpr double kEvenSlack = 1.7;
inline constexpr double kEvenLeast = 0.03;

/// PIDs are random where about half of the steps go down, PIDs and distances are spread evenly over
/// the whole range, and jobs of the same tick are no neighbours. A counter that wraps has one
/// distance that is usual; boots bring small PIDs again and again; jobs of one tick are neighbours
/// on the busiest host. Readings in log order.
PidOrder judge_pid_order(const std::vector<Reading>& readings);

}  // namespace pidometer
