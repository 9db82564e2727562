#include "tsk_reader/file_system/btrfs/btrfs_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"

namespace pidometer {

Result<BtrfsInode> BtrfsFiles::inode(const BtrfsFileTree& subvolume, std::uint64_t number) {
  const BtrfsLoggedInode* logged = log_ == nullptr ? nullptr : log_->inode(subvolume.id, number);
  if (logged == nullptr) return committed_inode(subvolume, number);
  if (!logged->name_only()) return *logged->fields;
  const auto committed = committed_inode(subvolume, number);
  return committed ? committed : *logged->fields;
}

Result<BtrfsInode> BtrfsFiles::committed_inode(const BtrfsFileTree& subvolume,
                                               std::uint64_t number) {
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
  Names out = committed_names(subvolume, directory);
  if (log_ != nullptr)
    if (const auto* logged = log_->directory(subvolume.id, directory))
      overlay_names(subvolume, *logged, out.names);
  return out;
}

/// Names in the log's whole ranges are those of the log; an inode that was logged with its names
/// has no other ones here; a name that is taken anew leads to the new inode.
void BtrfsFiles::overlay_names(const BtrfsFileTree& subvolume, const BtrfsLoggedDirectory& logged,
                               std::vector<BtrfsName>& names) {
  std::map<std::uint64_t, std::set<std::string>> of_inode;
  for (const auto& [number, ref] : logged.refs) of_inode[number].insert(ref.name);
  std::erase_if(names, [&](const BtrfsName& one) {
    const bool in_range = std::any_of(
        logged.whole.begin(), logged.whole.end(),
        [&](const auto& range) { return one.index >= range.first && one.index <= range.second; });
    if (in_range && !logged.names.contains(one.index)) return true;
    const auto refs = of_inode.find(one.target.objectid);
    return one.target.type == btrfs_item::inode && refs != of_inode.end() &&
           !refs->second.contains(one.name);
  });
  const auto put = [&](const BtrfsName& name) {
    // The log may name an inode that it does not have; the kernel leaves such a name out.
    if (name.target.type == btrfs_item::inode && !inode(subvolume, name.target.objectid)) return;
    std::erase_if(names, [&](const BtrfsName& one) { return one.name == name.name; });
    names.push_back(name);
  };
  for (const auto& [index, name] : logged.names) put(name);
  for (const auto& [number, ref] : logged.refs)
    put({ref.name, {number, btrfs_item::inode, 0}, ref.index});
}

BtrfsFiles::Names BtrfsFiles::committed_names(const BtrfsFileTree& subvolume,
                                              std::uint64_t directory) {
  Names out;
  bool sound = true;
  const auto take = [&](const BtrfsItem& item) {
    const std::size_t before = out.names.size();
    sound = parse_btrfs_names(item.data, out.names) && sound;
    for (std::size_t i = before; i < out.names.size() && item.key.type == btrfs_item::dir_index;
         ++i)
      out.names[i].index = item.key.offset;
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
  if (log_ != nullptr && log_->directory(subvolume.id, directory) != nullptr) {
    for (BtrfsName& one : names(subvolume, directory).names)
      if (one.name == name) return std::move(one);
    return std::nullopt;
  }
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
  const BtrfsLoggedInode* logged = log_ == nullptr ? nullptr : log_->inode(subvolume.id, number);
  if (logged != nullptr) {
    const auto fields = inode(subvolume, number);
    out.extents = overlay_btrfs_extents(std::move(out.extents), logged->extents,
                                        fields ? fields->size : 0, volume_.super().sector_size);
  }
  return out;
}

}  // namespace pidometer
