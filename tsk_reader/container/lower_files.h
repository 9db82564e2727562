#pragma once

#include <filesystem>
#include <vector>

namespace pidometer {

/// The files that a qcow2 or VMDK reads what it does not hold from: its backing file or parent,
/// what lies below that in turn, and external data; as far as they are there, by the headers alone.
std::vector<std::filesystem::path> lower_files(const std::filesystem::path& disk);

}  // namespace pidometer
