#pragma once

#include <string>

namespace pidometer {

/// The program's version, as `pidometer 0.1.0`, and a line for each library that reads evidence.
std::string version_text();

}  // namespace pidometer
