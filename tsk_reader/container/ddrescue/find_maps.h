#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace pidometer {

/// Whether the map is of the raw image whose first segment is `image`, of `size` bytes in all: by
/// its name (`disk.map`, `disk.dd.log` for `disk.dd` or `disk.dd.001`), by the output file in
/// ddrescue's command line, or, for a name that says nothing (`mapfile`), by its size.
bool map_belongs_to(const std::filesystem::path& map, const std::filesystem::path& image,
                    std::uint64_t size);

/// The maps of GNU ddrescue in the folder of a raw image that are its, told by their content. The
/// one that fits its size comes first, then by name.
std::vector<std::filesystem::path> find_ddrescue_maps(const std::filesystem::path& image,
                                                      std::uint64_t size);

/// Bytes of all the segments together.
std::uint64_t bytes_of_segments(std::span<const std::filesystem::path> segments);

}  // namespace pidometer
