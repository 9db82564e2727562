#pragma once

#include <string>

#include "base/result.h"

namespace pidometer {

/// SHA-256 of a file in lower-case hex; empty where it cannot be read.
std::string file_sha256(const std::string& name);

/// The same, empty where there is no such file. Errors: ErrorKind::unreadable where it cannot be
/// read, or was given up at Ctrl-C; neither says anything of the file.
Result<std::string> interruptible_sha256(const std::string& name);

}  // namespace pidometer
