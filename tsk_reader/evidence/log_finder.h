#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A regular file whose name matched.
struct FoundFile {
  std::string path;       ///< as found: `/var/log/cron`
  std::string real_path;  ///< without symlinks
  FileNode node;
  std::vector<std::string> other_paths = {};  ///< that lead to the same inode
};

/// One folder of a filesystem with what matched in it.
struct FoundFolder {
  std::string path;              ///< `/var/log`, `/log`
  std::vector<FoundFile> files;  ///< sorted by path; one of each inode
};

/// A folder with more matching names than this is no log folder; the rest is told.
inline constexpr std::size_t kMostLogs = 10'000;

/// Whether a file name fits one of the globs (fnmatch; a leading dot only where the glob has it).
bool name_matches(const std::string& name, std::span<const std::string_view> globs,
                  bool fold_case = false);

/// Looks into `folders` (absolute paths) for names that match one of the globs (fnmatch). A folder
/// reached by two names is found once, under the first; a file likewise, within one folder under
/// the name that is no symlink where there is one. Where the globs take journals, those in the
/// folders below FOLDER/journal, and of /var/log below /run/log/journal, are files of that folder
/// too. `warnings` gets what matched and could not be reached. `empty_too`: folders without a
/// matching file are in the answer as well.
std::vector<FoundFolder> find_log_files(FileSystem& file_system,
                                        std::span<const std::string_view> folders,
                                        std::span<const std::string_view> globs,
                                        std::vector<Warning>& warnings, bool empty_too = false);

}  // namespace pidometer
