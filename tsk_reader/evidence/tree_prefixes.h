#pragma once

#include <string>
#include <vector>

#include "tsk_reader/evidence/member_filter.h"
#include "tsk_reader/file_system/archive/archive_index.h"

namespace pidometer {

/// A folder of an archive that was the root of a host, or that holds logs itself.
struct TreePrefix {
  ArchiveIndex::Node node = ArchiveIndex::kRoot;
  std::string path;    ///< of the folder: `[root]`, `uploads/auto`, `hostA`; empty for the archive
  bool loose = false;  ///< logs lie in the folder itself and no tree is around them
};

/// An archive of more hosts than this is no collection; the others are told of.
inline constexpr std::size_t kMostTrees = 1000;

/// Every folder below which a log folder (`var/log`, `log`) has a file of a log's name, sorted by
/// path. A `log` that is the `var/log` of a tree is no tree of its own, nor is one that lies
/// somewhere inside of a tree: an image is not looked through for `/srv/app/log` either. Where a
/// link stands for `var` or `var/log` the links decide later. Without any such folder those that
/// hold files of a log's name themselves are taken: `tar -C /var/log .`.
std::vector<TreePrefix> find_tree_prefixes(const ArchiveIndex& index, const MemberFilter& filter);

}  // namespace pidometer
