#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/pid_clock/clock_options.h"
#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/item_sets.h"
#include "plugin/pid_clock/pid_order.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/reading_moves.h"
#include "plugin/pid_clock/tick.h"
#include "plugin/pid_clock/tick_gaps.h"

namespace pidometer {

/// What can be said about the step from a tick to the next one.
enum class IntervalState : std::uint8_t {
  judged,           ///< a distance that can be compared with others
  boot,             ///< the counter restarted: no distance
  daemon_restart,   ///< a STARTUP line, and what the counter did is not known
  clock_step,       ///< the time runs backwards, or stands still
  hole,             ///< scheduled ticks are missing in it, or it is longer than the schedule leaves
  damaged,          ///< lines are lost in it or in the tick before: what it should cost is unknown
  unknown_fall,     ///< so long that the counter may have gone round, or restarted: not known which
  unknown_advance,  ///< the number of wraps cannot be known, or the PIDs are out of order
  last,             ///< nothing follows
};

/// The step from tick i to tick i + 1.
struct Interval {
  std::int32_t advance = 0;  ///< PIDs handed out, wraps counted; meaningful where judged or hole
  std::int32_t seconds = 0;
  std::uint8_t wraps = 0;
  bool repaired =
      false;  ///< a reading in it was taken out as foreign: its items are not comparable
  bool restarted = false;     ///< the daemon was started in it while the counter went on
  bool may_be_boot = false;   ///< ... or the host was booted, and its counter came as far
  bool strange_fall = false;  ///< the PIDs fall, and neither a late line, a boot nor a wrap does it
  IntervalState state = IntervalState::last;
};

/// The ticks between two restarts of the counter (or of the daemon). A session without ticks holds
/// a STARTUP line that no job follows before the next one, or before the log's end.
struct BootSession {
  std::uint32_t first_tick = 0;
  std::uint32_t end_tick = 0;  ///< one past the last
  std::uint32_t number = 1;    ///< boot session in the series, from 1; a daemon's restart keeps it
  bool counter_restarted = true;   ///< false: the daemon only
  std::optional<Startup> startup;  ///< the line that says so, where there is one
};

/// The odometer's readings of one host, in log order.
struct PidClock {
  std::vector<Tick> ticks;
  std::vector<Interval> intervals;  ///< as many as ticks
  std::vector<BootSession> sessions;
  ItemSets item_sets;
  /// Where scheduled ticks are missing, or PIDs were handed out that no comparison judges;
  /// ascending.
  std::vector<TickGap> gaps;
  std::vector<ForeignReading> foreign;  ///< in the log's order
  ReadingMoves moves;                   ///< done to the readings before ticks were formed of them

  PidOrder order;  ///< where it is random there is one session, and no interval is judged
  PidRange range;  ///< that the intervals were read by
  std::size_t wraps = 0;
  bool recovered = false;     ///< ClockOptions::recovered
  bool untold_boots = false;  ///< three boots or more left no line: there may be more of them
};

/// Never fails: readings that make no sense leave intervals that are not judged.
PidClock build_pid_clock(std::vector<Reading> readings, const ClockOptions& options);

/// The tick whose reading is that record's; kNoTick where there is none.
std::uint32_t tick_of_record(const PidClock& clock, std::uint32_t record);

/// Index of the session that holds the tick.
std::size_t session_of(const PidClock& clock, std::uint32_t tick);

/// Number of the boot session in which a record (Reading::record) lies: that of the last tick whose
/// reading does not come after it; 1 where there are no ticks.
std::uint32_t boot_session_at(const PidClock& clock, std::uint32_t record);

}  // namespace pidometer
