#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/file_system/tree_root.h"

namespace pidometer {

/// "snapshot of @, made at 2026-11-25T20:00:00Z, read-only", "subvolume 257, the default".
std::string describe_tree(const TreeRoot& root);

/// How many names deep a tree lies below the top of its filesystem; 0 for the top.
std::size_t tree_depth(const TreeRoot& root);

/// Whether `upper` lies above `lower` in the same filesystem.
bool tree_contains(const TreeRoot& upper, const TreeRoot& lower);

/// Where to look in a tree that may be mounted anywhere on the way to one of `folders`: of
/// `/var/log` also `/log` (the tree is /var) and `/` (it is /var/log). No folder twice.
std::vector<std::string> folders_in_tree(std::span<const std::string_view> folders);

}  // namespace pidometer
