#pragma once

#include <string_view>

#include "plugin/anomaly/anomaly.h"

namespace pidometer {

inline constexpr std::string_view kColorEnd = "\x1b[0m";

/// SGR sequences: quiet where nothing is claimed, red where an alarm is raised.
inline std::string_view level_color(Level level) {
  switch (level) {
    case Level::informational:
      return "\x1b[2m";
    case Level::low:
      return "\x1b[36m";
    case Level::medium:
      return "\x1b[33m";
    case Level::high:
      return "\x1b[31m";
    case Level::critical:
      return "\x1b[1;31m";
  }
  return "";
}

}  // namespace pidometer
