#pragma once

#include <cstdint>

#include "base/pid.h"
#include "base/timestamp.h"

namespace pidometer {

/// One look at the odometer: at `time` the process `pid` existed. Does not know cron: what a label
/// stands for is the caller's business.
enum class ReadingKind : std::uint8_t {
  job,     ///< fresh PID of a scheduled job; the label is part of what the tick costs
  pseudo,  ///< a scheduled part of a job that has no fresh PID of its own (run-parts script): an
           ///< item of the tick only
  event,   ///< fresh PID of something unscheduled (crontab(1)): kept for births, no tick reads it
  boot,    ///< the daemon started; first reading of a boot session at most
  check,   ///< an old PID: no tick reads it, and it is held against no other
};

/// What the log does not have although it was written: between two readings, or two ticks.
enum class Loss : std::uint8_t {
  none,
  unparsed,  ///< lines of cron's, by the look of them, that could not be read
  damaged,   ///< bytes of the evidence are lost or damaged
};

struct Reading {
  Timestamp time;
  Pid pid = 0;
  std::uint32_t label = 0;   ///< interned (user, command); 0 for kinds that have none
  std::uint32_t record = 0;  ///< caller's index, carried through
  std::int16_t utc_offset_minutes =
      0;  ///< of the host's zone at `time`: periodic sources follow the local clock
  ReadingKind kind = ReadingKind::job;
  Loss lost_before = Loss::none;  ///< between the one before and this one
  /// The boot it was written in, as a number from 1, where the log itself says so (a journal's
  /// _BOOT_ID); 0: not known.
  std::uint32_t boot = 0;
};

}  // namespace pidometer
