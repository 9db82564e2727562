#pragma once

#include <vector>

#include "base/recovered_lines.h"

namespace pidometer {

/// The recovered lines of one host on one volume, to be asked what lies in a stretch of its live
/// series.
class RecoveredTimes {
 public:
  void add(std::vector<RecoveredLine> lines);
  /// Both ends included: a line of the second of a bounding record may have stood beside it.
  RecoveredWithin within(TimeRange range) const;

 private:
  std::vector<RecoveredLine> lines_;  ///< by time
};

}  // namespace pidometer
