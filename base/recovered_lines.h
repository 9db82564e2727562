#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/log_file.h"
#include "base/timestamp.h"

namespace pidometer {

/// A cron record that came back and stands in no live log.
struct RecoveredLine {
  Timestamp time;
  RecoveryMethod method = RecoveryMethod::carved_unallocated;
  bool year_inferred = false;           ///< the line has no year, and nothing certain dates it
  bool of_volume = false;               ///< `offset` counts from the volume's start
  std::optional<std::uint64_t> offset;  ///< of its first byte in the image
};

/// What came back that is dated within a stretch of time of a live series. Its figures are made
/// without these lines.
struct RecoveredWithin {
  std::uint64_t lines = 0;
  std::vector<RecoveryMethod> methods = {};  ///< each once, in their order
  bool years_inferred = false;               ///< of one line at least
  bool of_volume = false;                    ///< of `offset`
  std::optional<std::uint64_t> offset = {};  ///< of the earliest line
};

}  // namespace pidometer
