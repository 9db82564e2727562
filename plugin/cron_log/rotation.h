#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pidometer {

/// Where a log's name puts it among its rotations: `cron`, `cron.1`, `cron.2.gz`,
/// `cron-20261102.xz` are one family.
struct Rotation {
  std::string family;        ///< `cron`
  std::uint32_t number = 0;  ///< of `.N`; 0 for the live log
  std::uint32_t date = 0;    ///< of `-YYYYMMDD`; 0 where there is none
};

Rotation parse_rotation(std::string_view path);

/// Whether `a` holds newer lines than `b` of the same family. The live log is the newest.
bool is_newer(const Rotation& a, const Rotation& b);

}  // namespace pidometer
