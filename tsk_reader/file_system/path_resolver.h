#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// As Linux's MAXSYMLINKS: more links in one path are a loop.
inline constexpr int kMostSymlinks = 40;

/// Where a path leads.
struct ResolvedPath {
  std::optional<FileNode> node;  ///< empty where the path leads nowhere on this volume
  std::string real_path;         ///< without symlinks; of the last component that exists
  std::string broken_link;       ///< `/var/log -> /srv/log` where a symlink leads nowhere
};

/// Follows a path component by component, symlinks relative and absolute (from the volume's root)
/// wherever they stand, the last component too. Errors: a loop, a corrupt directory, a
/// component on the way that is none.
Result<ResolvedPath> resolve_path(FileSystem& file_system, std::string_view path);

}  // namespace pidometer
