#pragma once

#include <string>

#include "base/result.h"
#include "base/time_zone.h"
#include "plugin/plugin.h"

namespace pidometer {

struct KnownFile {
  KnownWindows windows;
  std::string zoneless;  ///< the first time without an offset, where there is one
  std::string sha256;    ///< of the bytes that were read
};

/// The windows of a file of known work; times without an offset are those of `zone`. Errors:
/// ErrorKind::usage, for a file that cannot be read too: without it the run would be another one.
Result<KnownFile> read_known_file(const std::string& name, const TimeZone& zone);

}  // namespace pidometer
