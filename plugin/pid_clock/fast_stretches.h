#pragma once

#include <cstdint>
#include <vector>

#include "plugin/pid_clock/tick.h"

namespace pidometer {

/// Where the counter goes so far from tick to tick that the number of rounds is not known: two
/// fifths of a round or more, at the middle pace of the 16 steps about it, or of the 16 before or
/// behind these. A host may be so busy by
/// day alone, while its mean says nothing of it. Falls to where a boot takes the counter do not
/// count.
class FastStretches {
 public:
  explicit FastStretches(const std::vector<Tick>& ticks);

  /// Whether the step from tick `i` to the next one lies in such a stretch.
  bool at(std::size_t i) const { return !fast_.empty() && fast_[i]; }

 private:
  std::vector<bool> fast_;  ///< empty: nowhere
};

}  // namespace pidometer
