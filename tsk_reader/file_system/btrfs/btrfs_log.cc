#include "tsk_reader/file_system/btrfs/btrfs_log.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/range_set.h"

namespace pidometer {
namespace {

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return value > kBtrfsMaxOffset - unit ? kBtrfsMaxOffset : (value + unit - 1) / unit * unit;
}

/// Takes [begin, end) of the file out of `extents`.
void cut(std::vector<BtrfsFileExtent>& extents, std::uint64_t begin, std::uint64_t end) {
  std::vector<BtrfsFileExtent> kept;
  for (BtrfsFileExtent& one : extents) {
    if (one.end() <= begin || one.begin >= end) {
      kept.push_back(std::move(one));
      continue;
    }
    if (one.kind == BtrfsFileExtent::Kind::inline_bytes) continue;  // never in part
    if (one.begin < begin) {
      BtrfsFileExtent head = one;
      head.length = begin - one.begin;
      kept.push_back(std::move(head));
    }
    if (one.end() > end) {
      const std::uint64_t gone = end - one.begin;
      one.begin = end;
      one.skip += gone;
      one.length -= gone;
      kept.push_back(std::move(one));
    }
  }
  extents = std::move(kept);
}

}  // namespace

std::vector<BtrfsFileExtent> overlay_btrfs_extents(std::vector<BtrfsFileExtent> extents,
                                                   const std::vector<BtrfsFileExtent>& logged,
                                                   std::uint64_t size, std::uint64_t sector_size) {
  cut(extents, round_up(size, sector_size), kBtrfsMaxOffset);
  for (const BtrfsFileExtent& one : logged)
    cut(extents, one.begin, round_up(one.end(), sector_size));
  extents.insert(extents.end(), logged.begin(), logged.end());
  std::stable_sort(
      extents.begin(), extents.end(),
      [](const BtrfsFileExtent& a, const BtrfsFileExtent& b) { return a.begin < b.begin; });
  return extents;
}

bool BtrfsLog::read(BtrfsVolume& volume, BtrfsDataReader& data) {
  std::vector<std::pair<std::uint64_t, BtrfsTreeRoot>> trees;
  bool sound = true;
  volume.blocks().start_operation();
  const BtrfsLostKeys lost = volume.trees().walk(
      volume.super().log_tree, btrfs_items_of(btrfs_object::tree_log, btrfs_item::root),
      [&](const BtrfsItem& item) {
        const auto tree = parse_btrfs_tree_root(item.data);
        sound = sound && tree && !item.doubtful;
        if (tree) trees.emplace_back(item.key.offset, *tree);
        return sound;
      });
  sound = sound && lost.empty();
  std::size_t items = 0;
  for (const auto& [subvolume, tree] : trees) {
    if (!sound) break;
    volume.blocks().start_operation();
    const BtrfsLostKeys missing =
        volume.trees().walk(tree, {}, [&, id = subvolume](const BtrfsItem& item) {
          sound = ++items <= kMostItems && !item.doubtful && take(id, item, volume.super(), data);
          return sound;
        });
    sound = sound && missing.empty();
  }
  if (sound) {
    data.finish_log();
    for (const auto& [key, inode] : inodes_)
      for (const BtrfsInodeRef& name : inode.names)
        if (!inode.ignored())
          directories_[{key.first, name.parent}].refs.emplace_back(key.second, name);
  } else {
    data.forget_log();
    inodes_.clear();
    directories_.clear();
  }
  return sound;
}

bool BtrfsLog::take(std::uint64_t subvolume, const BtrfsItem& item, const BtrfsSuper& super,
                    BtrfsDataReader& data) {
  const Key owner{subvolume, item.key.objectid};
  switch (item.key.type) {
    case btrfs_item::inode: {
      auto& one = inodes_[owner];
      one.fields = parse_btrfs_inode(item.data);
      return one.fields.has_value();
    }
    case btrfs_item::inode_ref:
    case btrfs_item::inode_extref:
      return parse_btrfs_refs(item.key, item.data, inodes_[owner].names);
    case btrfs_item::dir_index: {
      std::vector<BtrfsName> names;
      if (!parse_btrfs_names(item.data, names)) return false;
      for (BtrfsName& name : names) directories_[owner].names[item.key.offset] = std::move(name);
      return true;
    }
    case btrfs_item::dir_log_index:
      if (item.data.size() < 8) return false;
      directories_[owner].whole.emplace_back(item.key.offset, le64(item.data, 0));
      return true;
    case btrfs_item::extent_data: {
      auto extent = parse_btrfs_file_extent(item.key, item.data);
      if (!extent) return false;
      inodes_[owner].extents.push_back(std::move(*extent));
      return true;
    }
    case btrfs_item::extent_csum: {
      const std::size_t width = btrfs_checksum_size(super.checksum);
      for (std::size_t i = 0; (i + 1) * width <= item.data.size(); ++i)
        data.add_logged(item.key.offset + i * super.sector_size,
                        item.data.subspan(i * width, width));
      return true;
    }
    default:
      return true;  // extended attributes, and the older second index of names
  }
}

const BtrfsLoggedInode* BtrfsLog::inode(std::uint64_t subvolume, std::uint64_t number) const {
  const auto found = inodes_.find({subvolume, number});
  return found == inodes_.end() || found->second.ignored() ? nullptr : &found->second;
}

const BtrfsLoggedDirectory* BtrfsLog::directory(std::uint64_t subvolume,
                                                std::uint64_t number) const {
  const auto found = directories_.find({subvolume, number});
  return found == directories_.end() ? nullptr : &found->second;
}

std::vector<ByteRange> BtrfsLog::data() const {
  std::vector<ByteRange> ranges;
  for (const auto& [key, inode] : inodes_)
    for (const BtrfsFileExtent& extent : inode.extents)
      if (extent.kind != BtrfsFileExtent::Kind::inline_bytes && extent.disk != 0 &&
          extent.disk_bytes <= kBtrfsMaxOffset - extent.disk)
        ranges.push_back({extent.disk, extent.disk + extent.disk_bytes});
  return made_disjoint(std::move(ranges));
}

}  // namespace pidometer
