#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// A folder of the examiner's own system as the root of a filesystem tree: evidence that was
/// mounted or copied out. Nothing outside of it is ever reached: every component of a path is
/// opened by itself and never as a symlink (O_NOFOLLOW); symlinks are words that the path resolver
/// follows from the tree's root. Access times are left alone where the system allows it
/// (O_NOATIME). Inode numbers are numbers of this object, not those of stat(2): the tree may
/// consist of several filesystems, and a copy has the examiner's. What may not be read is an Error
/// and a warning. Errors: the folder cannot be opened.
Result<std::unique_ptr<FileSystem>> open_os_tree(const std::filesystem::path& folder);

}  // namespace pidometer
