#pragma once

#include <string>

#include "base/timestamp.h"

namespace pidometer {

/// A time in which somebody worked on the host, and why.
struct KnownWindow {
  TimeRange range;
  std::string reason;      ///< printable UTF-8
  std::string hostname;    ///< of the only host that it is about; empty: all
  std::string entry = {};  ///< where it stands: `line 3 of changes.csv`
};

}  // namespace pidometer
