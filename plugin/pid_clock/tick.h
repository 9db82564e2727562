#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/pid.h"
#include "base/timestamp.h"
#include "plugin/pid_clock/item_sets.h"
#include "plugin/pid_clock/reading.h"

namespace pidometer {

/// cron wakes once a minute and starts all jobs at once; under load the last line was seen 2 s
/// late.
inline constexpr std::chrono::seconds kTickSpan{3};

/// The same job twice in one tick is two users' or two lines' work if its PID is no further than
/// this from those the tick has; if not, the clock was set back onto the same minute. Within a
/// second PIDs differ by a few per job.
inline constexpr std::int64_t kTickPids = 30;

/// The jobs that were started together, and the one look at the odometer that they give: the
/// smallest of their PIDs, because all of cron's children fork before the first job does.
struct Tick {
  Timestamp time;                ///< of the record that gave the PID
  Pid pid = 0;                   ///< the smallest of the tick's fresh PIDs
  std::uint32_t record = 0;      ///< the caller's index of that record
  std::uint32_t items = 0;       ///< ItemSets id: the jobs, and the pseudo-jobs up to the next tick
  std::uint32_t first_read = 0;  ///< index of the tick's first reading in the input
  std::uint16_t reads = 0;       ///< readings of the input up to the next tick, at most 65535
  std::uint16_t jobs = 0;        ///< fresh PIDs in it
  std::uint16_t minute = 0;      ///< local minute of the day of its first reading, 0 to 1439
  std::int16_t utc_offset_minutes = 0;  ///< Reading::utc_offset_minutes of its first reading
  bool after_startup = false;  ///< a daemon's start stands between the previous tick and this one
  bool joined =
      false;  ///< holds the items of a tick that was taken out: its interval is not comparable
  Loss lost_before = Loss::none;  ///< readings of this tick or before it may be lost
  std::uint8_t span = 0;   ///< from the smallest of its fresh PIDs to the largest, at most 255
  std::uint32_t boot = 0;  ///< Reading::boot of its first reading
};

/// A daemon's start, before tick `tick`.
struct Startup {
  std::uint32_t tick = 0;
  std::uint32_t record = 0;
  Timestamp time;
  Pid pid = 0;
};

/// A tick spans a few dozen PIDs; two of its PIDs this far apart have a wrap between them: half a
/// round of the smallest counter that is usual.
inline constexpr std::int64_t kWrapInTick = 16000;

struct TickSeries {
  std::vector<Tick> ticks;
  std::vector<Startup> startups;  ///< in log order; the last one before a tick counts
  ItemSets item_sets;
  std::int64_t wrap_in_tick = kWrapInTick;  ///< that the ticks were formed with
};

/// Whole seconds from one to the other, towards 0.
inline std::int64_t whole_seconds(Timestamp a, Timestamp b) {
  return std::chrono::duration_cast<std::chrono::seconds>(b - a).count();
}
inline std::int64_t whole_seconds(const Tick& a, const Tick& b) {
  return whole_seconds(a.time, b.time);
}

/// Seconds from one to the other, with their fraction.
inline double seconds_between(Timestamp a, Timestamp b) {
  return std::chrono::duration<double>(b - a).count();
}
inline double seconds_between(const Tick& a, const Tick& b) {
  return seconds_between(a.time, b.time);
}

/// Whether the log itself says that the host was booted between the two, or that it was not.
inline bool other_boot(const Tick& a, const Tick& b) {
  return a.boot != 0 && b.boot != 0 && a.boot != b.boot;
}
inline bool same_boot(const Tick& a, const Tick& b) {
  return a.boot != 0 && a.boot == b.boot;
}

/// Readings within three seconds form one tick. Readings must be in log order. `wrap_in_tick`: less
/// where the counter is known to go round in less than two of them.
TickSeries form_ticks(const std::vector<Reading>& readings,
                      std::int64_t wrap_in_tick = kWrapInTick);

}  // namespace pidometer
