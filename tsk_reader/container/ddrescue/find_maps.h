#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pidometer {

/// Whether the map is of the raw image whose first segment is `image`, of `size` bytes in all: by
/// its name (`disk.map`, `disk.dd.log` for `disk.dd` or `disk.dd.001`), by the output file in
/// ddrescue's command line, or, for a name that says nothing (`mapfile`), by its size.
bool map_belongs_to(const std::filesystem::path& map, const std::filesystem::path& image,
                    std::uint64_t size);

/// Finds the maps of raw images that lie beside them, told by their content. Each folder is listed,
/// and each map read, once for all images in it.
class DdrescueMaps {
 public:
  /// Those of an image, of `size` bytes in all. The one that fits its size comes first, then by
  /// name.
  std::vector<std::filesystem::path> of(const std::filesystem::path& image, std::uint64_t size);

  /// What tells whose a map is.
  struct Map {
    std::filesystem::path path;
    std::string command;
    std::uint64_t end = 0;
  };

 private:
  std::map<std::string, std::vector<Map>> folders_;
};

/// Bytes of all the segments together.
std::uint64_t bytes_of_segments(std::span<const std::filesystem::path> segments);

}  // namespace pidometer
