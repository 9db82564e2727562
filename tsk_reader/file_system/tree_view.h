#pragma once

#include <memory>

#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// One tree of a filesystem as if it were mounted alone: paths and absolute symlinks begin at its
/// root, trees that hang below it are reached as usual. Inodes are the filesystem's. Warnings and
/// damage stay with the filesystem, which must outlive the view.
std::unique_ptr<FileSystem> make_tree_view(FileSystem& whole, std::uint64_t root);

}  // namespace pidometer
