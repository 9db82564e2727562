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

/// What was given as `word`, from the root on: in `folder`. Where none of `files`, which were read,
/// is that, and the end of one alone is, it was given in a folder that nobody knows any more. Words
/// and files are escaped, the folder is not.
std::string path_given_as(const std::string& word, const std::filesystem::path& folder,
                          const std::vector<InputFile>& files);

/// Adds those that are not among `files`, as they are now. False where one is not there.
bool add_files(const std::vector<std::string>& paths, std::vector<InputFile>& files);

}  // namespace pidometer
