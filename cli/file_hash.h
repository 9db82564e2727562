#pragma once

#include <string>

namespace pidometer {

/// SHA-256 of a file in lower-case hex; empty where it cannot be read.
std::string file_sha256(const std::string& name);

/// The same, given up at Ctrl-C: empty then, which says nothing of the file where interrupted() is
/// true.
std::string interruptible_sha256(const std::string& name);

}  // namespace pidometer
