#pragma once

#include <optional>
#include <string>

#include "base/pid.h"

namespace pidometer {

struct ClockOptions {
  std::optional<Pid> pid_max =
      {};  ///< where it is known: the user's word, or the image's sysctl files
  std::string pid_max_source = {};  ///< who said so, in words
  /// It is believed whatever the PIDs are. A file's word is not where PIDs of the log are larger:
  /// the kernel did not run by it, and whoever wrote it could switch the clock off.
  bool pid_max_is_users = true;
  /// Damage stands for the border of two recovered pieces of a log: their order and the time
  /// between them are inferred, so that a fall without a STARTUP line says nothing there.
  bool recovered = false;
};

}  // namespace pidometer
