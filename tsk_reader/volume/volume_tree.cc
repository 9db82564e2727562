#include "tsk_reader/volume/volume_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/volume/lvm/lvm_volumes.h"
#include "tsk_reader/volume/md/md_arrays.h"
#include "tsk_reader/volume/other_image_source.h"
#include "tsk_reader/volume/partition_source.h"
#include "tsk_reader/volume/volume_names.h"
#include "tsk_reader/volume/whole_disk.h"

namespace pidometer {
namespace {

/// disk, partitions, md, LVM, a guest's partitions, the guest's LVM: more does not happen, and
/// metadata that contains itself must end.
constexpr int kDeepest = 6;

/// Every one is looked into; metadata that names more was made to keep a reader busy.
constexpr std::size_t kMostVolumes = 10'000;

/// A volume of one of the images, before it is known whether it is the examined one's.
struct PoolVolume {
  Volume volume;
  std::size_t image = 0;  ///< that reads it
  int depth = 0;
  bool in_image = true;  ///< it does not lie past the end
};

/// A disk that dies has thousands of bad places; each is in the damage of its image.
constexpr std::size_t kMostSubstitutedTold = 20;

void tell_substituted(const std::vector<DamagedRange>& all, const std::string& volume, bool clean,
                      std::vector<Warning>& warnings) {
  const auto warn = [&](std::string message) {
    Warning& warning = warnings.emplace_back();
    warning.kind = WarningKind::damaged_image;
    warning.volume = volume;
    warning.message = std::move(message);
    if (!clean)
      warning.message += "; the members were not in sync, so that these bytes may be older";
  };
  std::uint64_t more = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto [begin, end] = all[i].range;
    if (i >= kMostSubstitutedTold)
      more += end - begin;
    else
      warn(fmt::format(
          "{} bytes of the md array from byte {} on are damaged in the member that is read: {}",
          end - begin, begin, all[i].reason));
  }
  if (more > 0)
    warn(fmt::format("{} more bytes in {} places of the md array were read from another member",
                     more, all.size() - kMostSubstitutedTold));
}

class TreeScan {
 public:
  TreeScan(BlockSource& image, const GivenImages& given) : given_(given) {
    if (given_.images.empty()) given_.images.resize(1);
    scan_image(image, given_.own);
  }

  VolumeTree run() {
    // Every round but the last puts something together or opens the other images.
    while (step()) {
    }
    finish_members();
    for (PoolVolume& one : pool_) {
      if (one.image == given_.own)
        tree_.scanned.volumes.push_back(std::move(one.volume));
      else if (one.volume.source)
        tree_.below.push_back(std::move(one.volume.source));
    }
    return std::move(tree_);
  }

 private:
  bool step() {
    look_into_new();
    if (assemble_arrays(true) || assemble_groups(true)) return true;
    if (!(md_members_.empty() && lvm_members_.empty()) && !others_open_ &&
        given_.images.size() > 1) {
      open_others();
      return true;
    }
    return assemble_arrays(false) || assemble_groups(false);
  }

  void scan_image(BlockSource& image, std::size_t number);
  void open_others();
  void look_into_new();
  bool assemble_arrays(bool complete_only);
  bool assemble_groups(bool complete_only);
  void add_array(const MdArray& array);
  void add_group(const LvmGroup& group);
  void add_volume(Volume volume, std::size_t image, int depth, bool in_image);
  void add_assembled(Volume volume, std::size_t image, int depth, bool one_range);
  void finish_members();

  std::string place(const PoolVolume& one) const {
    if (one.image == given_.own) return one.volume.name;
    return fmt::format("{} of {}", one.volume.name, given_.images[one.image].name);
  }
  /// ", read with a.raw" where another image reads it.
  std::string reader_words(std::size_t owner) const {
    return owner == given_.own ? "" : ", read with " + given_.images[owner].name;
  }
  /// Says of a member's volume what it is.
  void mark(std::size_t volume, std::string content, const std::string& words,
            std::string unsupported) {
    Volume& marked = pool_[volume].volume;
    marked.content = std::move(content);
    if (!marked.description.empty()) marked.description += "; ";
    marked.description += words;
    marked.unsupported = std::move(unsupported);
  }
  template <typename Member>
  int depth_above(const std::vector<const Member*>& members) const {
    int depth = 0;
    for (const Member* one : members) depth = std::max(depth, pool_[one->volume].depth + 1);
    return depth;
  }
  void warn(WarningKind kind, const std::string& volume, std::string message) {
    Warning& warning = tree_.scanned.warnings.emplace_back();
    warning.kind = kind;
    warning.volume = volume;
    warning.message = std::move(message);
  }

  GivenImages given_;
  VolumeTree tree_;
  std::deque<PoolVolume> pool_;
  std::size_t looked_into_ = 0;         ///< of the pool, from the front
  std::set<std::string> names_;         ///< of the examined image's volumes
  std::vector<MdMember> md_members_;    ///< of no array yet
  std::vector<LvmMember> lvm_members_;  ///< of no group yet
  bool others_open_ = false;
};

void TreeScan::scan_image(BlockSource& image, std::size_t number) {
  ScannedVolumes found = scan_whole_disk(image);
  for (Volume& volume : found.volumes) {
    const bool in_image = volume.start < image.size();
    add_volume(std::move(volume), number, 0, in_image);
  }
  if (number != given_.own) return;  // their own scan tells it
  tree_.scanned.warnings = std::move(found.warnings);
  tree_.scanned.table_damage = std::move(found.table_damage);
}

/// One that cannot be opened says so when its own turn comes.
void TreeScan::open_others() {
  others_open_ = true;
  for (std::size_t i = 0; i < given_.images.size(); ++i) {
    if (i == given_.own || !given_.images[i].open) continue;
    auto source = given_.images[i].open();
    if (!source) continue;
    tree_.below.push_back(
        std::make_unique<OtherImageSource>(std::move(*source), given_.images[i].name));
    scan_image(*tree_.below.back(), i);
  }
}

void TreeScan::add_volume(Volume volume, std::size_t image, int depth, bool in_image) {
  if (pool_.size() >= kMostVolumes) {
    if (pool_.size() == kMostVolumes && image == given_.own && names_.insert(std::string()).second)
      warn(WarningKind::unsupported, {},
           fmt::format("only the first {} volumes are read", kMostVolumes));
    if (volume.source) tree_.below.push_back(std::move(volume.source));
    return;
  }
  if (image == given_.own) volume.name = unique_volume_name(volume.name, names_);
  pool_.push_back({std::move(volume), image, depth, in_image});
}

/// A volume that was put together, or the partitions on it. `one_range`: its bytes follow one
/// another in the image.
void TreeScan::add_assembled(Volume volume, std::size_t image, int depth, bool one_range) {
  volume.assembled = true;
  if (!volume.source || depth >= kDeepest) return add_volume(std::move(volume), image, depth, true);
  ScannedVolumes inner = scan_whole_disk(*volume.source);
  const bool own = image == given_.own;
  for (Warning& warning : inner.warnings)
    if (own) warn(warning.kind, volume.name, std::move(warning.message));
  for (const DamagedRange& damage : inner.table_damage)
    if (own)
      warn(WarningKind::damaged_image, volume.name,
           fmt::format("the partition table is damaged ({}); volumes may be missing",
                       damage.reason));
  if (inner.volumes.size() == 1 && inner.volumes[0].name == "whole")
    return add_volume(std::move(volume), image, depth, true);
  for (Volume& part : inner.volumes) {
    const bool inside = part.start < volume.size;
    part.partition.disk = volume.name;
    part.name = volume.name + "-" + part.name;
    part.description += " in a partition table on " + volume.description;
    part.start = volume.start + (one_range ? part.start : 0);
    part.assembled = true;
    add_volume(std::move(part), image, depth + 1, inside);
  }
  tree_.below.push_back(std::move(volume.source));
}

void TreeScan::look_into_new() {
  for (; looked_into_ < pool_.size(); ++looked_into_) {
    const PoolVolume& one = pool_[looked_into_];
    if (!one.in_image || !one.volume.source || one.depth >= kDeepest) continue;
    StructureReader reader(*one.volume.source);
    if (auto super = read_md_superblock(reader)) {
      if (!super->checksum_right && one.image == given_.own)
        warn(WarningKind::damaged_image, one.volume.name,
             "the md superblock has a wrong checksum; it is used all the same");
      md_members_.push_back({std::move(*super), one.volume.source.get(), place(one), one.image,
                             one.volume.start, looked_into_});
    } else if (auto pv = read_lvm_physical_volume(reader)) {
      for (std::string& problem : pv->problems)
        if (one.image == given_.own)
          warn(WarningKind::damaged_image, one.volume.name, std::move(problem));
      lvm_members_.push_back({std::move(*pv), one.volume.source.get(), place(one), one.image,
                              one.volume.start, looked_into_});
    }
  }
}

/// Whether any was. Members of what was put together are members of nothing else.
bool TreeScan::assemble_arrays(bool complete_only) {
  std::stable_sort(md_members_.begin(), md_members_.end(),
                   [](const MdMember& a, const MdMember& b) { return a.image < b.image; });
  std::set<std::size_t> used;
  for (const MdArray& array : group_md_members(md_members_)) {
    if (complete_only && array.super().level == 1 && !array.complete()) continue;
    for (const auto* list : {&array.members, &array.copies})
      for (const MdMember* one : *list) used.insert(one->volume);
    add_array(array);
  }
  std::erase_if(md_members_, [&](const MdMember& one) { return used.contains(one.volume); });
  return !used.empty();
}

void TreeScan::add_array(const MdArray& array) {
  const std::size_t owner = array.owner();
  const MdSuperblock& super = array.super();
  for (const MdMember* one : array.members) {
    std::string words = array.member_words(*one);
    std::string unsupported;
    if (!array.unsupported.empty())
      unsupported =
          fmt::format("md RAID member ({}, array {}, {} disks): {}", md_level_name(super.level),
                      super.title(), super.raid_disks, array.unsupported);
    else if (words.starts_with("stale") || words.starts_with("not in sync"))
      unsupported = fmt::format("md RAID member of {}: {}: not read", super.title(), words);
    if (!words.empty()) words = " (" + words + ")";
    mark(one->volume, "md RAID member",
         fmt::format("member of the md array {}{}{}", super.title(), words, reader_words(owner)),
         unsupported);
  }
  for (const MdMember* one : array.copies)
    mark(one->volume, "md RAID member", "copy of another member of the md array " + super.title(),
         fmt::format("md RAID member: a copy of another one of the array {}: not read",
                     super.title()));
  if (array.legs.empty()) return;
  auto mirror = make_md_mirror(array);
  Volume volume;
  const std::size_t colon = super.name.find(':');
  volume.name =
      "md-" + safe_volume_name(colon == std::string::npos || colon + 1 == super.name.size()
                                   ? super.title()
                                   : std::string_view(super.name).substr(colon + 1));
  volume.description = array.description();
  volume.start = array.legs[0]->start + super.data_offset;
  volume.size = super.size;
  if (owner == given_.own)
    tree_.later.push_back([source = mirror.get(), name = volume.name,
                           clean = super.clean](std::vector<Warning>& warnings) {
      tell_substituted(source->substituted().all(), name, clean, warnings);
    });
  volume.source = std::move(mirror);
  add_assembled(std::move(volume), owner, depth_above(array.members), true);
}

bool TreeScan::assemble_groups(bool complete_only) {
  std::stable_sort(lvm_members_.begin(), lvm_members_.end(),
                   [](const LvmMember& a, const LvmMember& b) { return a.image < b.image; });
  std::set<std::size_t> used;
  for (const LvmGroup& group : group_physical_volumes(lvm_members_)) {
    if (complete_only && !group.complete()) continue;
    for (const auto* list : {&group.members, &group.copies})
      for (const LvmMember* one : *list) used.insert(one->volume);
    add_group(group);
  }
  std::erase_if(lvm_members_, [&](const LvmMember& one) { return used.contains(one.volume); });
  return !used.empty();
}

void TreeScan::add_group(const LvmGroup& group) {
  const std::string& name = group.metadata->name;
  for (const LvmMember* one : group.members)
    mark(one->volume, "LVM2 physical volume",
         fmt::format("physical volume of {}{}", name, reader_words(group.owner())), {});
  for (const LvmMember* one : group.copies)
    mark(one->volume, "LVM2 physical volume", "copy of another physical volume of " + name,
         fmt::format("LVM2 physical volume: a copy of another one of {} (UUID {}): not read", name,
                     lvm_uuid_text(one->pv.uuid)));
  if (group.owner() != given_.own) return;
  for (const std::string& problem : group.problems) warn(WarningKind::damaged_image, {}, problem);
  LvmVolumes made = make_logical_volumes(group);
  for (auto& source : made.below) tree_.below.push_back(std::move(source));
  for (Warning& warning : made.warnings) tree_.scanned.warnings.push_back(std::move(warning));
  for (Volume& volume : made.volumes)
    add_assembled(std::move(volume), given_.own, depth_above(group.members), false);
}

/// Physical volumes of no group that was found.
void TreeScan::finish_members() {
  for (const LvmMember& one : lvm_members_) {
    const char* why = one.pv.unreadable  ? "its metadata cannot be read"
                      : one.pv.has_areas ? "it belongs to no volume group"
                                         : "it keeps no metadata, and no other physical volume of "
                                           "its group was found; give its image as well";
    mark(one.volume, "LVM2 physical volume", "of no known volume group",
         fmt::format("LVM2 physical volume: {}", why));
  }
}

}  // namespace

VolumeTree scan_volume_tree(BlockSource& image, const GivenImages& given) {
  return TreeScan(image, given).run();
}

}  // namespace pidometer
