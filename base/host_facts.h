#pragma once

#include <optional>
#include <string>

#include "base/pid.h"
#include "base/time_zone.h"

namespace pidometer {

/// What a filesystem tree says about its host. Each fact names the file it came from.
struct HostFacts {
  std::optional<TimeZone>
      zone;  ///< its name() is the zone's (`Europe/Berlin`) or, where unknown, the file's path
  std::string zone_source;  ///< "/etc/localtime", "/etc/timezone"
  std::string hostname;
  std::string os_name;         ///< PRETTY_NAME of os-release
  std::optional<Pid> pid_max;  ///< kernel.pid_max of sysctl.conf or sysctl.d
  std::string guessed_from;    ///< volume of the only root, where no fstab ties the logs' volume to
                               ///< it: host names in the lines may contradict; else empty
};

}  // namespace pidometer
