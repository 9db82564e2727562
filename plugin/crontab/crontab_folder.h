#pragma once

#include <string>
#include <vector>

#include "base/log_file.h"

namespace pidometer {

/// A folder that was looked into for crontabs and is there, and what is in it. The pointers must
/// outlive it.
struct CrontabFolder {
  std::string volume;  ///< `p2`, `whole`
  std::string path;    ///< `/etc`
  std::vector<const LogFile*> files = {};
};

}  // namespace pidometer
