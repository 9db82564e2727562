#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer::testing {

/// The PID clocks of a log file, one a host in it; the times of its lines in a zone given as TZif
/// bytes (none: UTC), the last in the year of `modified`. Warnings go to standard error.
std::vector<PidClock> clocks_of(const std::string& path, const std::string& tzif,
                                std::optional<Timestamp> modified);

/// The bytes of a file; empty where it cannot be read.
std::string bytes_of(const std::string& path);

}  // namespace pidometer::testing
