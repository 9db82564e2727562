#pragma once

#include <filesystem>

namespace pidometer {

/// From the root on and without links, as far as the path can be followed; where it cannot (a
/// folder that may not be searched, links in a circle) as it is said. Never empty but of an empty
/// path: two paths that cannot be followed are not the same.
std::filesystem::path real_path(const std::filesystem::path& path);

}  // namespace pidometer
