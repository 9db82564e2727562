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

/// The file of `files` that was given as `word`, which may be relative to a folder that nobody
/// knows any more; both are escaped. Null where it is none of them.
const InputFile* file_given_as(const std::string& word, const std::vector<InputFile>& files);

/// Adds those that are not among `files`, as they are now. False where one is not there.
bool add_files(const std::vector<std::string>& paths, std::vector<InputFile>& files);

}  // namespace pidometer
