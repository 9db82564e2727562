#include "tsk_reader/file_system/btrfs/btrfs_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"

namespace pidometer {

Result<BtrfsInode> BtrfsFiles::inode(const BtrfsFileTree& subvolume, std::uint64_t number) {
  volume_.blocks().start_operation();
  const auto found = volume_.trees().find(subvolume.tree, {number, btrfs_item::inode, 0});
  const auto inode = found.data ? parse_btrfs_inode(*found.data) : std::nullopt;
  if (inode) return *inode;
  return fail(ErrorKind::unreadable,
              fmt::format("inode {} of subvolume {} cannot be read", number, subvolume.id),
              found.data   ? "its item is too short"
              : found.lost ? "the tree block that has it is damaged"
                           : "there is no such inode");
}

BtrfsFiles::Names BtrfsFiles::names(const BtrfsFileTree& subvolume, std::uint64_t directory) {
  Names out;
  bool sound = true;
  const auto take = [&](const BtrfsItem& item) {
    sound = parse_btrfs_names(item.data, out.names) && sound;
    return out.names.size() < kMaxDirectoryEntries;
  };
  const auto walk = [&](std::uint8_t type) {
    volume_.blocks().start_operation();
    return volume_.trees().walk(subvolume.tree, btrfs_items_of(directory, type), take).empty();
  };
  out.complete = walk(btrfs_item::dir_index) && sound;
  if (out.names.size() >= kMaxDirectoryEntries) {
    volume_.warnings().damaged(
        fmt::format("directory inode {} of subvolume {} is too large; files may be missing",
                    directory, subvolume.id));
    return out;
  }
  if (out.complete) return out;
  volume_.warnings().damaged(
      fmt::format("directory inode {} of subvolume {} is damaged; files may be missing", directory,
                  subvolume.id));
  // The same names by their hashes; some may have survived here alone.
  walk(btrfs_item::dir_item);
  std::set<std::string> seen;
  std::erase_if(out.names, [&](const BtrfsName& one) { return !seen.insert(one.name).second; });
  return out;
}

Result<std::optional<BtrfsName>> BtrfsFiles::find_name(const BtrfsFileTree& subvolume,
                                                       std::uint64_t directory,
                                                       std::string_view name) {
  volume_.blocks().start_operation();
  const auto found = volume_.trees().find(subvolume.tree,
                                          {directory, btrfs_item::dir_item, btrfs_name_hash(name)});
  std::vector<BtrfsName> names;
  const bool sound = !found.data || parse_btrfs_names(*found.data, names);
  if (found.lost || !sound) names = this->names(subvolume, directory).names;
  const auto one = std::find_if(names.begin(), names.end(),
                                [&](const BtrfsName& candidate) { return candidate.name == name; });
  if (one != names.end()) return std::move(*one);
  if (found.lost)
    return fail(
        ErrorKind::unreadable,
        fmt::format("directory inode {} of subvolume {} is damaged", directory, subvolume.id),
        fmt::format("{} is not among the names that are left", name));
  return std::nullopt;
}

std::optional<BtrfsInodeRef> BtrfsFiles::ref(const BtrfsFileTree& subvolume, std::uint64_t number) {
  std::vector<BtrfsInodeRef> refs;
  volume_.blocks().start_operation();
  const BtrfsKeyRange range{{number, btrfs_item::inode_ref, 0},
                            {number, btrfs_item::inode_extref + 1, 0}};
  volume_.trees().walk(subvolume.tree, range, [&](const BtrfsItem& item) {
    parse_btrfs_refs(item.key, item.data, refs);
    return refs.empty();
  });
  if (refs.empty()) return std::nullopt;
  return std::move(refs.front());
}

BtrfsFiles::Extents BtrfsFiles::extents(const BtrfsFileTree& subvolume, std::uint64_t number) {
  Extents out;
  volume_.blocks().start_operation();
  out.lost = volume_.trees().walk(
      subvolume.tree, btrfs_items_of(number, btrfs_item::extent_data), [&](const BtrfsItem& item) {
        if (auto extent = parse_btrfs_file_extent(item.key, item.data)) {
          extent->doubtful = item.doubtful;
          out.extents.push_back(std::move(*extent));
        } else {
          out.lost.push_back({item.key, {item.key.objectid, item.key.type, item.key.offset + 1}});
        }
        return out.extents.size() <= kMostBtrfsExtents;
      });
  return out;
}

}  // namespace pidometer
