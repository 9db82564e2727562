#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fleet/case_file.h"

namespace pidometer {

/// An image of which an earlier run left results in the folder, under its name.
struct NamedImage {
  std::string name;
  FleetImage image;
};

struct ImageNames {
  std::vector<std::string> names;  ///< parallel to the images
  /// Indexes of images that would have had the name of another one of an earlier run.
  std::vector<std::size_t> apart;
};

/// A name for each image, for its files: its evidence id, else the name of its first segment, in
/// letters, digits, `.`, `-` and `_`. No two are the same, on file systems without upper case
/// either: those that would be get a hash of their path. The same list gives the same names.
///
/// An image that is among the `earlier` ones keeps its name: one that would be called so and has a
/// path in common with it, links followed, or, where it was moved, the evidence id, which nothing
/// else has. Whatever else would be called so is another image, and never gets a name of those.
ImageNames image_names(std::span<const FleetImage> images,
                       std::span<const NamedImage> earlier = {});

}  // namespace pidometer
