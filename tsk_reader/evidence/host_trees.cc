#include "tsk_reader/evidence/host_trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "tsk_reader/evidence/tree_reports.h"
#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {
namespace {

/// Where a tree that holds more than logs would have them.
constexpr const char* kLogParents[] = {"/var", "/log"};

TreeIdentity identity_of(const OpenVolume& one, const TreeRoot& tree) {
  TreeIdentity identity;
  identity.uuid = one.identity.uuid;
  identity.label = one.identity.label;
  identity.partition = one.volume.partition.number;
  identity.disk = one.volume.partition.disk;
  identity.partition_uuid = one.volume.partition.uuid;
  identity.partition_label = one.volume.partition.label;
  identity.volume_group = one.volume.volume_group;
  identity.logical_volume = one.volume.logical_volume;
  identity.subvolume = tree.name;
  identity.subvolume_id = tree.id;
  identity.default_subvolume = tree.is_default;
  return identity;
}

TreeView view_of(const OpenVolume& one, const TreeFacts& facts) {
  TreeRoot tree;
  if (one.report.tree)
    tree = *one.report.tree;
  else if (one.file_system)
    tree = one.file_system->roots().at(0);
  TreeView view;
  view.name = one.report.name;
  view.identity = identity_of(one, tree);
  view.has_etc = facts.has_etc;
  view.has_fstab = facts.has_fstab;
  view.systemd = facts.systemd;
  view.mounts = facts.mounts;
  // A system that was rolled back runs from a snapshot: the default one is no copy.
  if (tree.is_snapshot() && !tree.is_default) {
    view.snapshot = describe_tree(tree);
    view.snapshot_of = tree.snapshot_of;
  }
  return view;
}

}  // namespace

void HostTrees::read() {
  if (copies_) return;
  std::vector<TreeView> views;
  std::map<const FileSystem*, std::size_t> file_systems;
  for (OpenVolume& one : volumes_.all()) {
    TreeFacts facts;
    if (one.file_system && !steps_.begin(Step::host_facts, one.report.name, {}))
      facts = read_tree_facts(*one.file_system);
    for (const std::string& problem : facts.problems)
      volumes_.warn(WarningKind::year_uncertain, one.report.name, "", problem);
    for (const std::string& path : facts.damaged)
      volumes_.warn(WarningKind::damaged_image, one.report.name, path,
                    "is damaged; what it says of the host is not used");
    if (!facts.fstab_problem.empty())
      volumes_.warn(WarningKind::damaged_image, one.report.name, "/etc/fstab", facts.fstab_problem);
    views.push_back(view_of(one, facts));
    views.back().file_system =
        file_systems.try_emplace(one.whole, file_systems.size()).first->second;
    facts_.push_back(std::move(facts));
  }
  copies_.emplace(std::move(views));
}

bool HostTrees::may_be_log_volume(std::size_t index) {
  const TreePlace& place = copies_->place_of(index);
  if (place.root)
    return std::find(place.mount_points.begin(), place.mount_points.end(), "/var/log") !=
           place.mount_points.end();
  if (facts_[index].has_etc) return false;
  FileSystem& tree = *volumes_.all()[index].file_system;
  return std::all_of(std::begin(kLogParents), std::end(kLogParents), [&tree](const char* path) {
    const auto found = resolve_path(tree, path);
    return found && !found->node;
  });
}

std::vector<std::size_t> HostTrees::roots() const {
  std::vector<std::size_t> roots;
  for (std::size_t i = 0; i < facts_.size(); ++i)
    if (facts_[i].has_etc) roots.push_back(i);
  return roots;
}

/// Of the roots the deepest tree of btrfs that this one hangs in.
std::optional<std::size_t> HostTrees::hangs_in(const std::vector<std::size_t>& roots,
                                               std::size_t index) const {
  const std::vector<OpenVolume>& all = volumes_.all();
  const OpenVolume& one = all[index];
  std::optional<std::size_t> above;
  for (const std::size_t root : roots)
    if (all[root].whole == one.whole && all[root].report.tree && one.report.tree &&
        tree_contains(*all[root].report.tree, *one.report.tree) &&
        (!above || tree_contains(*all[*above].report.tree, *all[root].report.tree)))
      above = root;
  return above;
}

/// Of the trees of a btrfs that have an /etc the one that is mounted by default, else those that
/// are no snapshots; of the image's other volumes all that have one.
std::vector<std::size_t> HostTrees::likely_roots() const {
  const std::vector<OpenVolume>& all = volumes_.all();
  const std::vector<std::size_t> roots = this->roots();
  const auto spoken_for = [&](std::size_t root) {
    const auto& tree = all[root].report.tree;
    if (!tree || tree->is_default) return false;
    return tree->is_snapshot() || std::any_of(roots.begin(), roots.end(), [&](std::size_t other) {
             return all[other].whole == all[root].whole && all[other].report.tree->is_default;
           });
  };
  std::vector<std::size_t> likely;
  std::copy_if(roots.begin(), roots.end(), std::back_inserter(likely),
               [&](std::size_t root) { return !spoken_for(root); });
  return likely.empty() ? roots : likely;
}

HostFacts HostTrees::left_open(std::size_t index, const std::string& reason) {
  volumes_.warn(WarningKind::year_uncertain, volumes_.all()[index].report.name, "",
                reason + "; zone and host name are left open");
  return {};
}

HostFacts HostTrees::facts_for(std::size_t index) {
  std::optional<std::size_t> root = copies_->place_of(index).root;
  if (facts_[index].has_etc && (!root || *root == index)) return facts_[index].facts;
  if (!root) root = hangs_in(roots(), index);
  const bool guessed = !root;
  if (guessed) {
    const std::vector<std::size_t> likely = likely_roots();
    if (likely.empty()) return {};
    if (likely.size() > 1)
      return left_open(index,
                       fmt::format("{} volumes of the image have an /etc and it is not clear which "
                                   "one this volume belongs to",
                                   likely.size()));
    root = likely[0];
    const auto& mounts = facts_[*root].mounts;
    const auto over = std::find_if(mounts.begin(), mounts.end(), [](const MountEntry& mount) {
      return mount.mount_point == "/var" || mount.mount_point == "/var/log";
    });
    if (over != mounts.end())
      return left_open(
          index, fmt::format("/etc/fstab of {} mounts {} on {} and does not name this "
                             "volume, which may be another host's",
                             volumes_.all()[*root].report.name, over->device, over->mount_point));
  }
  HostFacts facts = facts_[*root].facts;
  const std::string& name = volumes_.all()[*root].report.name;
  if (!facts.zone_source.empty()) facts.zone_source += " on " + name;
  if (guessed) facts.guessed_from = name;
  return facts;
}

}  // namespace pidometer
