#pragma once

namespace pidometer {

/// The chance that one burst of work, of which nothing is known beforehand, comes as close to
/// `jobs` PIDs as `spent` does, or within `noise`, their standard deviation: what it takes for a
/// host that slept to look as if its jobs had run. A burst is as likely to have from 1 to 10 PIDs
/// as from 10 to 100, up to ten thousand.
double burst_chance(double spent, double jobs, double noise);

/// Where it is no larger, removed lines are told from a burst: of the bursts of a host that slept
/// no more than one in twenty looks as if lines were removed.
inline constexpr double kMostBurstChance = 0.05;

/// An accusation of level high is right more often: of the bursts one in forty.
inline constexpr double kSmallBurstChance = 0.025;

}  // namespace pidometer
