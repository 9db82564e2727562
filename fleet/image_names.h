#pragma once

#include <span>
#include <string>
#include <vector>

#include "fleet/case_file.h"

namespace pidometer {

/// A name for each image, for its files: its evidence id, else the name of its first segment, in
/// letters, digits, `.`, `-` and `_`. No two are the same, on file systems without upper case
/// either: those that would be get a hash of their path. The same list gives the same names.
std::vector<std::string> image_names(std::span<const FleetImage> images);

}  // namespace pidometer
