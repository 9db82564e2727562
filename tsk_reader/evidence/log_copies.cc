#include "tsk_reader/evidence/log_copies.h"

#include <fmt/format.h>

#include <algorithm>

namespace pidometer {
namespace {

std::string join(std::string_view mount_point, std::string_view folder) {
  if (mount_point == "/") return std::string(folder);
  return folder == "/" ? std::string(mount_point) : fmt::format("{}{}", mount_point, folder);
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// The mount of `root` that the tree is, if any; the last line of fstab wins, as at boot.
const MountEntry* mount_of(const TreeView& root, const TreeIdentity& tree, DeviceMatch& best) {
  const MountEntry* found = nullptr;
  best = DeviceMatch::none;
  for (const MountEntry& mount : root.mounts) {
    const DeviceMatch match = match_device(mount, tree);
    if (match == DeviceMatch::none || match < best) continue;
    best = match;
    found = &mount;
  }
  return found;
}

/// Among the trees, whatever a mount of `root` means; a tree known by name goes first.
std::optional<std::size_t> tree_of(const std::vector<TreeView>& trees,
                                   const std::vector<TreePlace>& places, std::size_t root,
                                   const std::string& mount_point) {
  for (std::size_t i = 0; i < trees.size(); ++i)
    if (places[i].root == root && i != root && places[i].mount_point == mount_point) return i;
  return std::nullopt;
}

}  // namespace

std::vector<TreePlace> place_trees(const std::vector<TreeView>& trees) {
  std::vector<TreePlace> places(trees.size());
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (!trees[i].snapshot.empty()) continue;
    if (trees[i].has_etc) {
      places[i] = {i, "/", DeviceMatch::by_name};
      continue;
    }
    std::size_t rivals = 0;
    for (std::size_t root = 0; root < trees.size(); ++root) {
      if (root == i || !trees[root].has_etc || !trees[root].snapshot.empty()) continue;
      DeviceMatch match = DeviceMatch::none;
      const MountEntry* mount = mount_of(trees[root], trees[i].identity, match);
      if (mount == nullptr || match < places[i].match) continue;
      rivals = match > places[i].match ? 1 : rivals + 1;
      places[i] = {root, mount->mount_point, match};
    }
    if (rivals > 1) places[i] = {};
  }
  return places;
}

LogPlace place_folder(const std::vector<TreeView>& trees, const std::vector<TreePlace>& places,
                      std::size_t tree, std::string_view folder) {
  if (!trees[tree].snapshot.empty())
    return {LogCopy::snapshot, std::string(folder), trees[tree].snapshot};
  const TreePlace& place = places[tree];
  if (!place.root || !trees[*place.root].has_fstab) return {};
  const TreeView& root = trees[*place.root];
  LogPlace out;
  out.path = join(place.mount_point, folder);
  for (const MountEntry& mount : root.mounts) {
    if (mount.mount_point.size() <= place.mount_point.size() ||
        !is_below(out.path, mount.mount_point) || mount.mount_point == place.mount_point)
      continue;
    const auto over = tree_of(trees, places, *place.root, mount.mount_point);
    out.copy = LogCopy::hidden;
    out.words = fmt::format("/etc/fstab of {} mounts {} over it on {}{}", root.name, mount.device,
                            mount.mount_point,
                            over ? fmt::format(", which is {}", trees[*over].name)
                                 : ", which is not among the volumes that were read");
    return out;
  }
  out.copy = LogCopy::live;
  if (*place.root == tree)
    out.words = fmt::format("/etc/fstab of {} mounts nothing over it", root.name);
  else
    out.words =
        fmt::format("/etc/fstab of {} mounts the volume on {}{}", root.name, place.mount_point,
                    place.match == DeviceMatch::by_number
                        ? ", by the number of its partition and not by a name of its own"
                        : "");
  return out;
}

}  // namespace pidometer
