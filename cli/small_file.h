#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace pidometer {

/// All bytes of a list that a flag names; at most `most_mb` MiB: a list of a century of nightly
/// backups has 4. Errors: ErrorKind::usage, with `help`; of what is
/// no regular file too.
Result<std::string> read_small_file(const std::string& name, const std::string& flag,
                                    const std::string& help, std::size_t most_mb = 64);

}  // namespace pidometer
