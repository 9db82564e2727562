#pragma once

#include <string>

namespace pidometer {

/// Which of several copies of a host's logs a folder is. Spelled `live`, `hidden`, `snapshot`.
enum class LogCopy {
  unknown,   ///< no /etc/fstab says, or it does not tell this one from another
  live,      ///< where the host wrote when the image was made, by its /etc/fstab
  hidden,    ///< below a mount point: older than the volume that is mounted over it
  snapshot,  ///< as it was when the snapshot was made
};

/// A folder's place in its host, and how that is known.
struct LogPlace {
  LogCopy copy = LogCopy::unknown;
  std::string path;   ///< in the host's own tree, `/var/log`; empty where it is not known
  std::string words;  ///< one clause: "/etc/fstab of p2 mounts the volume on /var"; why it is
                      ///< unknown, where an fstab speaks of it

  friend bool operator==(const LogPlace&, const LogPlace&) = default;
};

}  // namespace pidometer
