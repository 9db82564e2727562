#pragma once

#include <string>

#include "base/result.h"
#include "base/time_zone.h"
#include "plugin/plugin.h"

namespace pidometer {

/// The windows of a file of known work; times without an offset are those of `zone`. Errors:
/// ErrorKind::usage, for a file that cannot be read too: without it the run would be another one.
/// `zoneless` becomes the first of these times, where there is one.
Result<KnownWindows> read_known_file(const std::string& name, const TimeZone& zone,
                                     std::string& zoneless);

}  // namespace pidometer
