#include "tsk_reader/evidence/log_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace pidometer {
namespace {

/// Where a host's daemons write.
constexpr std::string_view kLogs = "/var/log";
/// Cron's own folder on OpenBSD and Solaris: no copy of the other.
constexpr std::string_view kCronLogs = "/var/cron";
/// Why a name of fstab led to no tree.
constexpr std::string_view kUnknownName = "and no volume of this image is known by that name";

/// The line of fstab that mounts the root, if any.
const MountEntry* root_line(const TreeView& tree) {
  const auto line =
      std::find_if(tree.mounts.begin(), tree.mounts.end(), [](const MountEntry& entry) {
        return entry.mount_point == "/" && entry.source() == MountSource::device;
      });
  return line == tree.mounts.end() ? nullptr : &*line;
}

/// The disk that a root's partition lies on, as its fstab calls it; empty where it does not say.
std::string_view own_disk(const TreeView& root) {
  const MountEntry* line = root_line(root);
  if (line == nullptr || match_device(*line, root.identity) != DeviceMatch::by_number) return {};
  return disk_of(line->device);
}

/// The disks whose partitions an fstab names by number.
std::set<std::string_view> numbered_disks(const TreeView& root) {
  std::set<std::string_view> disks;
  for (const MountEntry& entry : root.mounts)
    if (const auto disk = disk_of(entry.device); !disk.empty()) disks.insert(disk);
  return disks;
}

/// `/log` of the tree @/var/log where that hangs in @/var; nothing where it does not.
std::optional<std::string> path_within(const TreeView& upper, const TreeView& lower) {
  if (upper.identity.subvolume_id == 0 || lower.identity.subvolume_id == 0 ||
      upper.file_system != lower.file_system)
    return std::nullopt;
  const std::string above = "/" + upper.identity.subvolume;
  const std::string below = "/" + lower.identity.subvolume;
  if (above == below || !is_at_or_below(below, above)) return std::nullopt;
  return seen_from(below, above);
}

/// Whether logs would lie in what is mounted there.
bool leads_to_logs(std::string_view mount_point) {
  return mount_point != "/" && is_at_or_below(kLogs, mount_point);
}

}  // namespace

LogCopies::LogCopies(std::vector<TreeView> trees)
    : trees_(std::move(trees)), places_(trees_.size()) {
  for (const TreeView& tree : trees_) mounts_.push_back(in_mount_order(tree.mounts, tree.systemd));
  find_roots();
  find_mounted();
  find_nested();
}

void LogCopies::find_roots() {
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    const TreeView& tree = trees_[i];
    if (!tree.has_etc) continue;
    const TreePlace own{i, {"/"}, DeviceMatch::by_name, {}};
    const MountEntry* line = root_line(tree);
    if (line == nullptr) {
      if (tree.snapshot.empty()) places_[i] = own;
      continue;
    }
    const DeviceMatch self = match_device(*line, tree.identity);
    std::vector<std::size_t> others;
    for (std::size_t j = 0; j < trees_.size(); ++j) {
      const DeviceMatch other = match_device(*line, trees_[j].identity);
      if (j == i || other == DeviceMatch::none) continue;
      if (other == DeviceMatch::by_number && trees_[j].identity.disk != tree.identity.disk)
        continue;
      others.push_back(j);
    }
    if (self != DeviceMatch::none) {
      places_[i] = own;
      others.insert(std::upper_bound(others.begin(), others.end(), i), i);
      if (others.size() > 1)
        places_[i].doubt = fmt::format("/etc/fstab of {} names {} as the root, which {} alike are",
                                       tree.name, line->device, names(others));
    } else if (!tree.snapshot.empty()) {
      continue;
    } else if (std::any_of(others.begin(), others.end(),
                           [this](std::size_t j) { return trees_[j].has_etc; })) {
      places_[i].doubt = fmt::format("/etc/fstab of {} names {} as the root, which is {}",
                                     tree.name, line->device, names(others));
    } else {
      places_[i] = own;
      if (!others.empty())
        places_[i].doubt =
            fmt::format("/etc/fstab of {} names {} as the root, which is {} and has no /etc",
                        tree.name, line->device, names(others));
      else if (means_another(*line, tree.identity))
        places_[i].doubt = fmt::format("/etc/fstab of {} names {} as the root, {}", tree.name,
                                       line->device, kUnknownName);
    }
  }
}

/// Numbers are those of one disk: that of the root where its fstab tells, else the only one.
DeviceMatch LogCopies::match(std::size_t root, const MountEntry& entry, std::size_t tree) const {
  const DeviceMatch found = match_device(entry, trees_[tree].identity);
  if (found != DeviceMatch::by_number) return found;
  if (trees_[tree].identity.disk != trees_[root].identity.disk) return DeviceMatch::none;
  const std::string_view own = own_disk(trees_[root]);
  const bool same =
      own.empty() ? numbered_disks(trees_[root]).size() == 1 : own == disk_of(entry.device);
  return same ? found : DeviceMatch::none;
}

std::vector<std::size_t> LogCopies::trees_of(std::size_t root, const MountEntry& entry) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < trees_.size(); ++i)
    if (match(root, entry, i) != DeviceMatch::none) found.push_back(i);
  return found;
}

void LogCopies::find_mounted() {
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    const bool root = places_[i].root && trees_[i].has_fstab;
    if (!root && places_[i].doubt.empty()) find_mounted(i);
  }
}

void LogCopies::find_mounted(std::size_t tree) {
  std::vector<TreePlace> found;  // the surest only
  for (std::size_t root = 0; root < trees_.size(); ++root) {
    if (root == tree || places_[root].root != root) continue;
    TreePlace place{root, {}, DeviceMatch::none, {}};
    for (const MountEntry& entry : trees_[root].mounts) {
      const DeviceMatch how = match(root, entry, tree);
      if (how == DeviceMatch::none || entry.mount_point == "/") continue;
      place.match = how;
      place.mount_points.push_back(entry.mount_point);
    }
    if (place.match == DeviceMatch::none) continue;
    if (!found.empty() && found[0].match != place.match) {
      if (found[0].match > place.match) continue;
      found.clear();
    }
    found.push_back(std::move(place));
  }
  // An /etc without an fstab may be a chroot's, or lie on a /var.
  if (trees_[tree].has_etc && !std::any_of(found.begin(), found.end(), [](const TreePlace& place) {
        return std::any_of(place.mount_points.begin(), place.mount_points.end(), leads_to_logs);
      }))
    return;
  if (found.size() == 1) places_[tree] = std::move(found[0]);
  if (found.size() < 2) return;
  std::vector<std::size_t> roots;
  for (const TreePlace& place : found) roots.push_back(*place.root);
  places_[tree].root.reset();
  places_[tree].doubt = fmt::format("/etc/fstab of {} alike mount it", names(roots));
}

void LogCopies::find_nested() {
  std::vector<std::size_t> order(trees_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return trees_[a].identity.subvolume.size() < trees_[b].identity.subvolume.size();
  });
  const auto open = [this](std::size_t i) {
    return !places_[i].root && places_[i].doubt.empty() && !trees_[i].has_etc;
  };
  for (const std::size_t i : order) {
    if (!open(i)) continue;
    std::optional<std::size_t> above;
    for (const std::size_t j : order)
      if (places_[j].root && path_within(trees_[j], trees_[i])) above = j;  // the deepest
    if (!above) continue;
    const std::string within = *path_within(trees_[*above], trees_[i]);
    TreePlace place = places_[*above];
    for (std::string& point : place.mount_points) point = seen_above(within, point);
    // A snapshot lies somewhere in its host; only one on the way to the logs is a part of it.
    if (trees_[i].snapshot.empty() ||
        std::any_of(place.mount_points.begin(), place.mount_points.end(), leads_to_logs))
      places_[i] = std::move(place);
  }
  for (const std::size_t i : order) {
    if (!open(i) || trees_[i].snapshot_of.empty()) continue;
    for (const std::size_t j : order)
      if (places_[j].root && trees_[j].file_system == trees_[i].file_system &&
          trees_[j].identity.subvolume == trees_[i].snapshot_of)
        places_[i] = places_[j];
  }
}

/// Subvolumes are seen where they hang, mounted or not.
void LogCopies::descend(std::size_t& tree, std::string& path) const {
  std::optional<std::size_t> deepest;
  std::string point;
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    const auto within = path_within(trees_[tree], trees_[i]);
    if (!within || !is_at_or_below(path, *within) || within->size() <= point.size()) continue;
    deepest = i;
    point = *within;
  }
  if (!deepest) return;
  tree = *deepest;
  path = seen_from(path, point);
}

LogCopies::Landing LogCopies::land(std::size_t root, std::string path) const {
  const std::vector<MountEntry>& mounts = mounts_[root];
  Landing out;
  std::vector<bool> left(mounts.size(), true);
  for (std::size_t i = mounts.size(); i-- > 0;) {
    const MountEntry& entry = mounts[i];
    if (!left[i] || entry.mount_point == "/" || !is_at_or_below(path, entry.mount_point)) continue;
    if (out.mount == nullptr) out.mount = &entry;
    path = seen_from(path, entry.mount_point);
    if (entry.source() == MountSource::folder) {
      // It shows what was there when it was mounted; systemd mounts that before, whatever the line.
      left[i] = false;
      path = seen_above(path, entry.device);
      if (trees_[root].systemd) i = mounts.size();
      continue;
    }
    out.trees = trees_of(root, entry);
    if (out.trees.size() == 1) descend(out.trees[0], path);
    out.path = std::move(path);
    return out;
  }
  out.trees = {root};
  descend(out.trees[0], path);
  out.path = std::move(path);
  return out;
}

std::string LogCopies::names(const std::vector<std::size_t>& trees) const {
  std::string words;
  for (std::size_t i = 0; i < trees.size(); ++i)
    words += (i == 0 ? "" : i + 1 < trees.size() ? ", " : " and ") + trees_[trees[i]].name;
  return words;
}

std::optional<std::string> LogCopies::logs_on(std::size_t tree) const {
  const std::optional<std::size_t>& root = places_[tree].root;
  if (!root || !trees_[*root].has_fstab) return std::nullopt;
  Landing seen = land(*root, std::string(kLogs));
  if (std::find(seen.trees.begin(), seen.trees.end(), tree) == seen.trees.end())
    return std::nullopt;
  return std::move(seen.path);
}

LogPlace LogCopies::place(std::size_t tree, std::string_view folder) const {
  const TreePlace& place = places_[tree];
  std::string path;  // in the host's tree
  for (const std::string& point : place.mount_points)
    if (std::string here = seen_above(folder, point); path.empty() || here == kLogs)
      path = std::move(here);
  Landing seen;
  if (place.root && trees_[*place.root].has_fstab) seen = land(*place.root, std::string(kLogs));
  const bool is_seen = seen.trees.size() == 1 && seen.trees[0] == tree && seen.path == folder;
  if (!trees_[tree].snapshot.empty() && (!is_seen || !places_[*place.root].doubt.empty())) {
    if (trees_[tree].has_etc) path = folder;
    return {LogCopy::snapshot, std::move(path), trees_[tree].snapshot};
  }
  if (!place.doubt.empty()) return {LogCopy::unknown, std::move(path), place.doubt};
  if (!place.root || !trees_[*place.root].has_fstab) return {};
  if (const std::string& doubt = places_[*place.root].doubt; !doubt.empty())
    return {LogCopy::unknown, std::move(path), doubt};
  if (is_seen) return live(tree, seen);
  if (path == kCronLogs) return {};
  return path == kLogs ? covered(tree, folder, seen) : elsewhere(tree, std::move(path));
}

LogPlace LogCopies::live(std::size_t tree, const Landing& seen) const {
  const TreePlace& place = places_[tree];
  const std::string fstab = "/etc/fstab of " + trees_[*place.root].name;
  LogPlace out{LogCopy::live, std::string(kLogs), {}};
  if (seen.mount == nullptr)
    out.words = fstab + " mounts nothing over it";
  else if (seen.mount->source() == MountSource::folder)
    out.words =
        fmt::format("{} shows {} on {} (bind)", fstab, seen.mount->device, seen.mount->mount_point);
  else
    out.words = fmt::format("{} mounts the volume on {}", fstab, seen.mount->mount_point);
  if (seen.mount != nullptr && place.match == DeviceMatch::by_number)
    out.words += ", by the number of its partition and not by a name of its own";
  return out;
}

/// A folder that is none of the copies of /var/log.
LogPlace LogCopies::elsewhere(std::size_t tree, std::string path) const {
  const TreePlace& place = places_[tree];
  LogPlace out{LogCopy::unknown, std::move(path), {}};
  if (*place.root == tree)
    out.words = fmt::format("the host's own logs lie in {}", kLogs);
  else
    out.words = fmt::format("/etc/fstab of {} has the volume on {}, and the host's own logs in {}",
                            trees_[*place.root].name, place.mount_points.front(), kLogs);
  return out;
}

/// A folder that would be /var/log if nothing else were.
LogPlace LogCopies::covered(std::size_t tree, std::string_view folder, const Landing& seen) const {
  const TreePlace& place = places_[tree];
  const std::size_t root = *place.root;
  const std::string fstab = "/etc/fstab of " + trees_[root].name;
  LogPlace out{LogCopy::unknown, std::string(kLogs), {}};
  if (seen.trees.size() > 1 &&
      std::find(seen.trees.begin(), seen.trees.end(), tree) != seen.trees.end()) {
    out.words = fmt::format("{} mounts {} on {}, which {} alike are", fstab, seen.mount->device,
                            seen.mount->mount_point, names(seen.trees));
    return out;
  }
  const auto mounts_tree = [&](const MountEntry& entry) {
    return seen_above(folder, entry.mount_point) == kLogs &&
           match(root, entry, tree) != DeviceMatch::none;
  };
  const std::vector<MountEntry>& order = mounts_[root];
  const std::vector<MountEntry>& lines = trees_[root].mounts;
  const auto line = std::find_if(lines.begin(), lines.end(), mounts_tree);
  if (tree != root && line != lines.end() &&
      std::none_of(order.begin(), order.end(), mounts_tree)) {
    out.words = line->on_demand()
                    ? fmt::format("{} mounts the volume on {} only when asked (noauto)", fstab,
                                  line->mount_point)
                    : fmt::format(
                          "{} has another line for {} before that of the volume, and systemd takes "
                          "the first",
                          fstab, line->mount_point);
    return out;
  }
  out.copy = LogCopy::hidden;
  if (seen.mount == nullptr) {
    out.words = fmt::format("the subvolume {} hangs over it", names(seen.trees));
    return out;
  }
  const MountEntry& over = *seen.mount;
  out.words = fmt::format("{} mounts {} over it on {}", fstab, over.device, over.mount_point);
  if (over.source() == MountSource::folder) out.words += " (bind)";
  if (over.source() == MountSource::other) return out;
  if (seen.trees.empty() && over.may_fail()) {
    out.copy = LogCopy::unknown;
    out.words += fmt::format(" unless that is missing (nofail), {}", kUnknownName);
  } else if (seen.trees.empty()) {
    out.words += fmt::format(", {}", kUnknownName);
  } else if (seen.trees.size() > 1) {
    out.words += fmt::format(", which {} alike are", names(seen.trees));
  } else {
    out.words += fmt::format(", which is {}", names(seen.trees));
    if (over.source() == MountSource::folder) out.words += fmt::format(" ({})", seen.path);
  }
  return out;
}

}  // namespace pidometer
