#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/pid_clock/minute_calendar.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Scheduled ticks that are not in the log, between tick `tick` and the next one.
struct TickGap {
  std::uint32_t tick = 0;
  /// Ticks that the schedule had there. None: the interval cannot be compared all the same (a line
  /// that was late, another schedule, damage), and its PIDs are known.
  std::uint64_t missing = 0;
  /// For each missing tick one at the same minute of an hour or a day before (or, in a log too
  /// short for that, after): what it would have been. At most kGapReferences.
  std::vector<std::uint32_t> references;
  /// A tick of the same jobs as `tick`, at the same minute of another hour or day, that no gap
  /// follows; kNoTick where there is none.
  std::uint32_t own_reference = kNoTick;
  /// Of an interval whose ticks' times do not tell how long it was: the seconds that passed in it,
  /// or may have at most.
  std::optional<double> seconds = {};
  /// An interval that belongs to it, beyond ticks whose times were edited; kNoTick: none.
  std::uint32_t also = kNoTick;
};

/// A gap of weeks needs no list of each of its ticks: what is missing more is counted only.
inline constexpr std::size_t kGapReferences = 2048;

/// Where ticks are missing that the schedule had: a minute counts as scheduled if it was in use in
/// two of the three hours before the gap and on some day around it, or on two of the three days
/// before, unless the same minute of a week before or after says otherwise, or the same silence;
/// and if it is in use again behind the gap, where the log reaches that far (else the schedule was
/// changed). Minutes are local ones; an interval within which the zone's offset changes by more
/// than two hours, or that is not twice as long as it changes, is not judged. Ascending. A log that
/// does not keep to its minutes has no gaps to be told. Of intervals of at most one minute nothing
/// can be missing; ticks out of order have no gap. `calendar`: minutes in use, those of ticks that
/// were taken out of `ticks` too.
std::vector<TickGap> find_tick_gaps(const std::vector<Tick>& ticks, const MinuteCalendar& calendar);

/// Ticks that the schedule has between the last tick and a later time, by the same rules.
std::uint64_t ticks_due(const std::vector<Tick>& ticks, Timestamp until);

}  // namespace pidometer
