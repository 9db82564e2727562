#include "tsk_reader/file_system/btrfs/btrfs_subvolumes.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsk_reader/file_system/btrfs/btrfs_items.h"

namespace pidometer {
namespace {

constexpr std::size_t kFullRootItem = 439;  ///< with generation_v2, uuids and times
/// Directories and subvolumes above one: a path of PATH_MAX has fewer.
constexpr std::size_t kMostSteps = 2048;
constexpr std::uint64_t kReadOnly = 1;
constexpr std::uint64_t kDead = std::uint64_t{1} << 48;

bool is_subvolume(std::uint64_t id) {
  return id == btrfs_object::fs_tree ||
         (id >= btrfs_object::first_free && id <= btrfs_object::last_free);
}

}  // namespace

BtrfsSubvolumes::BtrfsSubvolumes(BtrfsVolume& volume, BtrfsFiles& files) {
  read_roots(volume);
  read_default(volume);
  make_paths(volume, files);
}

/// A subvolume's name, and those of the directories and subvolumes above it. One that hangs in
/// nothing that is left is named by its number.
void BtrfsSubvolumes::make_paths(BtrfsVolume& volume, BtrfsFiles& files) {
  for (BtrfsSubvolume& one : all_) {
    if (one.id == btrfs_object::fs_tree) continue;
    std::string path = one.name;
    const BtrfsSubvolume* parent = find(one.parent);
    std::uint64_t directory = one.directory;
    std::size_t steps = 0;
    while (parent != nullptr && ++steps < kMostSteps) {
      if (directory == btrfs_object::first_free) {
        if (parent->id == btrfs_object::fs_tree) break;
        path.insert(0, parent->name + "/");
        directory = parent->directory;
        parent = find(parent->parent);
        continue;
      }
      const auto ref = files.ref(*parent, directory);
      if (!ref) {
        parent = nullptr;
        break;
      }
      path.insert(0, ref->name + "/");
      directory = ref->parent;
    }
    if (parent == nullptr || steps >= kMostSteps) {
      path = fmt::format("subvolume {}", one.id);
      volume.warnings().damaged(fmt::format("the place of {} among the others is lost", path));
    }
    one.path = std::move(path);
  }
}

const BtrfsSubvolume* BtrfsSubvolumes::find(std::uint64_t id) const {
  const auto at = std::lower_bound(
      all_.begin(), all_.end(), id,
      [](const BtrfsSubvolume& one, std::uint64_t wanted) { return one.id < wanted; });
  return at == all_.end() || at->id != id ? nullptr : &*at;
}

void BtrfsSubvolumes::take_root(const BtrfsItem& item) {
  if (item.key.type == btrfs_item::root_backref) {
    // Sorts behind the ROOT_ITEM of the same subvolume.
    constexpr std::size_t kHeader = 18;
    if (all_.empty() || all_.back().id != item.key.objectid || item.data.size() <= kHeader) return;
    const std::size_t length = le16(item.data, 16);
    if (length > item.data.size() - kHeader) return;
    all_.back().parent = item.key.offset;
    all_.back().directory = le64(item.data, 0);
    all_.back().name.assign(reinterpret_cast<const char*>(item.data.data()) + kHeader, length);
    return;
  }
  const auto tree = parse_btrfs_tree_root(item.data);
  // A subvolume that was deleted and waits to be cleaned has no reference left, and may be torn.
  const bool deleted = le32(item.data, 216) == 0 || (le64(item.data, 208) & kDead) != 0;
  if (!tree || (deleted && item.key.objectid != btrfs_object::fs_tree)) return;
  BtrfsSubvolume one;
  one.id = item.key.objectid;
  one.tree = *tree;
  one.read_only = (le64(item.data, 208) & kReadOnly) != 0;
  // An old kernel that wrote the item leaves another generation here: what follows is stale then.
  if (item.data.size() >= kFullRootItem && le64(item.data, 239) == tree->generation) {
    one.uuid = btrfs_uuid_at(item.data, 247);
    one.parent_uuid = btrfs_uuid_at(item.data, 263);
    if (le64(item.data, 339) != 0) one.created = btrfs_time_at(item.data, 339);
  }
  if (!all_.empty() && all_.back().id == one.id)
    all_.back() = std::move(one);
  else
    all_.push_back(std::move(one));
}

void BtrfsSubvolumes::read_roots(BtrfsVolume& volume) {
  volume.blocks().start_operation();
  bool full = false;
  const BtrfsKeyRange range{{btrfs_object::fs_tree, btrfs_item::root, 0},
                            {btrfs_object::last_free, btrfs_item::root_ref, 0}};
  const BtrfsLostKeys lost =
      volume.trees().walk(volume.super().root_tree, range, [&](const BtrfsItem& item) {
        if (!is_subvolume(item.key.objectid)) return true;
        if (item.key.type != btrfs_item::root && item.key.type != btrfs_item::root_backref)
          return true;
        full = all_.size() >= kMost && item.key.type == btrfs_item::root;
        if (!full) take_root(item);
        return !full;
      });
  if (full)
    volume.warnings().damaged(
        fmt::format("the filesystem has more than {} subvolumes; the rest is not read", kMost));
  if (!lost.empty())
    volume.warnings().damaged("the root tree is damaged; subvolumes may be missing");
  std::erase_if(all_, [](const BtrfsSubvolume& one) {
    return one.id != btrfs_object::fs_tree && one.parent == 0;
  });
}

void BtrfsSubvolumes::read_default(BtrfsVolume& volume) {
  volume.blocks().start_operation();
  std::vector<BtrfsName> names;
  volume.trees().walk(volume.super().root_tree,
                      btrfs_items_of(btrfs_object::root_tree_dir, btrfs_item::dir_item),
                      [&](const BtrfsItem& item) {
                        parse_btrfs_names(item.data, names);
                        return names.size() < 100;  // it has one: "default"
                      });
  for (const BtrfsName& name : names)
    if (name.name == "default" && find(name.target.objectid) != nullptr)
      default_id_ = name.target.objectid;
}

}  // namespace pidometer
