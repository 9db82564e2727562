#pragma once

#include <string>

#include "base/result.h"

namespace pidometer {

/// All bytes of a list that a flag names; at most 64 MB. Errors: ErrorKind::usage, with `help`.
Result<std::string> read_small_file(const std::string& name, const std::string& flag,
                                    const std::string& help);

}  // namespace pidometer
