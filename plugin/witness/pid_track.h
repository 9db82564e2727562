#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/timestamp.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/witness/interval_index.h"

namespace pidometer {

/// The counter laid out on one straight axis: wraps are counted on, and every stretch over which
/// the advance is known has a part of the axis of its own. A stretch ends where the counter
/// restarted and where it is not known how often it went round.
class PidTrack {
 public:
  /// `clock` must outlive the track.
  /// `in_pieces`: what the counter did between damaged places and behind the end is not known.
  explicit PidTrack(const PidClock& clock, bool in_pieces = false);

  /// Where a tick stands on the axis.
  std::int64_t position(std::uint32_t tick) const { return positions_[tick]; }
  bool same_stretch(std::uint32_t a, std::uint32_t b) const;
  /// The tick that the reading of this record gave its PID; nothing where none did.
  std::optional<std::uint32_t> tick_of_record(std::uint32_t record) const;

  /// Where the process of a line was born.
  struct Birth {
    std::int64_t position = 0;
    /// The counter had passed this PID before: an older process may hold it.
    bool again = false;
  };
  /// The latest birth that the time of a line and its PID allow. Nothing where the boot session of
  /// that time is not known, or the counter had not come so far.
  std::optional<Birth> birth(Timestamp time, Pid pid) const;

 private:
  struct Stretch {
    std::uint32_t first_tick = 0;
    std::uint32_t end_tick = 0;
    std::int64_t base = 0;  ///< position of PID 0 in the stretch's first round
    bool open_end = false;  ///< the log ends with it
  };

  std::int64_t reached(const Stretch& stretch, Timestamp time) const;

  const PidClock& clock_;
  std::int64_t round_ = 0;  ///< PIDs from wrap to wrap
  std::vector<std::int64_t> positions_;
  std::vector<std::int64_t>
      earliest_;  ///< micros: the earliest time from this tick on in its stretch
  std::vector<Stretch> stretches_;
  std::vector<std::uint32_t> stretch_of_;  ///< by tick
  IntervalIndex by_time_;
};

}  // namespace pidometer
