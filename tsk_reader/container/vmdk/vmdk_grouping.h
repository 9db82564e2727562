#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace pidometer {

/// The files beside a descriptor that it names as its extents, whether they are there or not; empty
/// where `path` is no descriptor in a file of its own.
std::vector<std::filesystem::path> vmdk_extent_paths(const std::filesystem::path& path);

/// The descriptor of a sparse extent that has none inside: `disk.vmdk` for `disk-s001.vmdk`, where
/// it is in the same folder and names the extent. Nothing where there is none, or `path` is whole.
std::optional<std::filesystem::path> find_vmdk_descriptor(const std::filesystem::path& path);

}  // namespace pidometer
