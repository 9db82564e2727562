#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fleet/fleet_status.h"

namespace pidometer {

/// A file as it is now. Nothing where it is none, of which size and time would say that it is
/// unchanged.
std::optional<InputFile> look_at_file(const std::filesystem::path& path);

/// A path as InputFile has it.
std::string input_path(const std::filesystem::path& path);

/// Adds the files that a scan read according to its summary (schemas/summary.schema.json) and that
/// are not among `files`, as they are now: extents and backing files are known to the scan alone.
/// False where they cannot be told.
bool add_files_of_summary(const std::string& summary, std::vector<InputFile>& files);

}  // namespace pidometer
