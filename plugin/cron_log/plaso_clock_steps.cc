#include "plugin/cron_log/plaso_clock_steps.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace pidometer {
namespace {

/// Of each of the two sequences, and of changes from one to the other: lines of two times come in
/// turns. One line out of its place, or a block of them, makes one change.
constexpr std::size_t kFewest = 2;
constexpr std::size_t kFewestChanges = 3;

/// Lines out of their place that are looked past at either end of a stretch.
constexpr unsigned kMostStrays = 3;

/// As in plaso_order.cc: a larger step back is a wrap or a boot, over which nothing is compared.
constexpr Pid kFarBack = 16384;

using Readings = std::span<const std::size_t>;

/// Whether the readings of the stretch are two rising sequences with this border between them.
bool is_two_sequences(std::span<const StoredRecord> own, Readings stretch, Pid border) {
  Pid low = 0;
  Pid high = 0;
  std::size_t lows = 0;
  std::size_t changes = 0;
  bool was_low = own[stretch.front()].pid <= border;
  for (const std::size_t at : stretch) {
    const Pid pid = own[at].pid;
    const bool is_low = pid <= border;
    Pid& last = is_low ? low : high;
    if (pid < last) return false;
    last = pid;
    lows += is_low ? 1 : 0;
    changes += is_low != was_low ? 1 : 0;
    was_low = is_low;
  }
  return lows >= kFewest && stretch.size() - lows >= kFewest && changes >= kFewestChanges;
}

/// The readings between two wraps or boots, as indices of `own`. Whether any were brought into
/// another order.
bool part_session(std::span<StoredRecord> own, Readings readings, unsigned strays) {
  // The least PID from each reading on.
  std::vector<Pid> least(readings.size() + 1, std::numeric_limits<Pid>::max());
  for (std::size_t i = readings.size(); i-- > 0;)
    least[i] = std::min(least[i + 1], own[readings[i]].pid);
  bool parted = false;
  for (std::size_t first = 0; first < readings.size();) {
    Pid most = own[readings[first]].pid;
    std::size_t last = first;
    while (most > least[last + 1]) most = std::max(most, own[readings[++last]].pid);
    const Readings stretch = readings.subspan(first, last - first + 1);
    // The last reading of a stretch is the last of the lower sequence, or it would not be in it.
    const Pid border = own[readings[last]].pid;
    if (is_two_sequences(own, stretch, border)) {
      const auto whole = own.subspan(stretch.front(), stretch.back() - stretch.front() + 1);
      std::stable_partition(whole.begin(), whole.end(),
                            [border](const StoredRecord& record) { return record.pid <= border; });
      parted = true;
    } else if (strays > 0 && stretch.size() > 2 * kFewest) {
      // A line far out of its place, forged for instance, ties much to a step that is not of it.
      parted = part_session(own, stretch.first(stretch.size() - 1), strays - 1) ||
               part_session(own, stretch.subspan(1), strays - 1) || parted;
    }
    first = last + 1;
  }
  return parted;
}

}  // namespace

void part_clock_steps(std::span<StoredRecord> own) {
  std::vector<std::size_t> readings;
  const auto part = [&] {
    part_session(own, readings, kMostStrays);
    readings.clear();
  };
  for (std::size_t i = 0; i < own.size(); ++i) {
    const StoredRecord& record = own[i];
    if (record.pid == 0) continue;
    if (record.pid_role == PidRole::boot) {
      part();
    } else if (record.pid_role == PidRole::fresh) {
      if (!readings.empty() && record.pid + kFarBack < own[readings.back()].pid) part();
      readings.push_back(i);
    }
  }
  part();
}

}  // namespace pidometer
