#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/log_file.h"
#include "base/timestamp.h"
#include "plugin/witness/interval_index.h"
#include "plugin/witness/pid_track.h"
#include "plugin/witness/witness_line.h"

namespace pidometer {

/// A finding's window, as far as witnesses are concerned.
struct WitnessWindow {
  Timestamp start;
  Timestamp end;
  std::uint32_t first_record = 0;  ///< Reading::record of the bounding records
  std::uint32_t last_record = 0;
  /// What the window costs when nothing happens; below 0: not to be narrowed.
  double expected_pids = -1;
};

/// One dated line, compact: its text is read again where it is told.
struct Sighting {
  Timestamp time;
  std::uint64_t offset = 0;  ///< bytes into the decoded file
  std::uint32_t length = 0;
  std::uint32_t line = 0;  ///< from 1
  std::uint32_t file = 0;  ///< the caller's number
  Pid pid = 0;
  WitnessAge age = WitnessAge::any;
  bool explains = false;
};

/// A sighting in one window.
struct WindowSighting {
  Sighting seen;
  bool born = false;
  /// Position of the PID behind that of the window's first record, and before that of its last:
  /// where it is born in the window.
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// Sorts dated lines into windows, by PID and by time. Keeps of each window the most telling ones.
class WitnessMatcher {
 public:
  /// A window's rows are for people: more than fifty lines are another log. Ten thousand findings
  /// share what is kept, so that memory is bounded by some megabytes.
  static constexpr std::size_t kMostEach = 50;
  static constexpr std::size_t kLeastEach = 5;
  static constexpr std::size_t kMostOfAll = 20000;

  /// `in_pieces`: the log is made of pieces, and nothing is known of the counter between and behind
  /// them.
  WitnessMatcher(const PidClock& clock, std::vector<WitnessWindow> windows, bool in_pieces = false);

  /// Where it lies in some window `is_wanted` is asked, and it is taken where that says so. True
  /// where it was taken.
  bool add(const Sighting& seen, const std::function<bool()>& is_wanted);
  bool add(const Sighting& seen) {
    return add(seen, [] { return true; });
  }
  /// What was taken from these bytes of a file is taken back.
  void drop(std::uint32_t file, std::span<const DamagedRange> damage);

  struct Found {
    std::vector<WindowSighting> sightings;  ///< by time, file and line
    std::uint64_t total = 0;
  };
  /// By window, in the order given. Ends the matcher's work.
  std::vector<Found> take();

 private:
  void put(std::uint32_t window, const WindowSighting& one);
  void keep_best(std::vector<WindowSighting>& sightings) const;

  PidTrack track_;
  std::vector<WitnessWindow> windows_;
  std::vector<std::int64_t> first_;  ///< positions of the bounding ticks, by window
  std::vector<std::int64_t> last_;
  IntervalIndex by_time_;
  IntervalIndex by_position_;
  std::vector<Found> found_;
  std::size_t most_ = kMostEach;
};

/// What fresh PIDs say of where in its window the excess lies: docs/witnesses.md.
struct Narrowing {
  std::optional<Timestamp> start;
  std::optional<Timestamp> end;
};
Narrowing narrow(const WitnessWindow& window, std::span<const WindowSighting> sightings);

}  // namespace pidometer
