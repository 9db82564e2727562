#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A configuration file's bytes.
struct SmallFile {
  std::string text;
  std::string real_path;  ///< without symlinks
  bool damaged = false;
};

/// Configuration files and TZif files are far smaller; a larger one is not read.
inline constexpr std::uint64_t kLargestSmallFile = 256 * 1024;

/// The regular file at `path`, symlinks followed; nothing where there is none that can be read.
std::optional<SmallFile> read_small_file(FileSystem& file_system, std::string_view path);

}  // namespace pidometer
