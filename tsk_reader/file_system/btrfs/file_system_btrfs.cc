#include "tsk_reader/file_system/btrfs/file_system_btrfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/btrfs/btrfs_data_reader.h"
#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"
#include "tsk_reader/file_system/btrfs/btrfs_files.h"
#include "tsk_reader/file_system/btrfs/btrfs_free_space.h"
#include "tsk_reader/file_system/btrfs/btrfs_stream.h"
#include "tsk_reader/file_system/btrfs/btrfs_subvolumes.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {
namespace {

/// The longest target that Linux stores (PATH_MAX).
constexpr std::uint64_t kLongestLink = 4096;
constexpr unsigned kIndexShift = 48;
constexpr std::uint64_t kLargestNumber = (std::uint64_t{1} << kIndexShift) - 1;
/// What stands where a subvolume was when its parent was snapshotted: an empty directory
/// (BTRFS_EMPTY_SUBVOL_DIR_OBJECTID).
constexpr std::uint64_t kEmptyDirectory = 2;

class BtrfsFileSystem final : public FileSystem {
 public:
  explicit BtrfsFileSystem(std::unique_ptr<BtrfsVolume> volume) : volume_(std::move(volume)) {}

  /// What was written since the last commit and waits in the log trees.
  void replay_log() {
    if (volume_->super().log_tree.logical == 0) return;
    if (log_.read(*volume_, data_)) {
      files_.use_log(&log_);
      return;
    }
    volume_->warnings().warn(
        WarningKind::unsupported,
        "the filesystem was in use when it was imaged and its log tree was not replayed; the "
        "newest records of its logs may be missing or stale");
  }

  Result<void> check_top() const {
    if (!subvolumes_.all().empty()) return {};
    return fail(ErrorKind::unreadable, "btrfs filesystem cannot be opened",
                "its root tree names no tree of files");
  }

  std::string_view type_indicator() const override { return "BTRFS"; }
  std::string_view reader() const override { return "btrfs"; }
  bool folds_case() const override { return false; }
  std::uint64_t size() const override { return volume_->super().device_bytes; }
  std::uint64_t root() const override {
    return compound(subvolumes_.all().front(), btrfs_object::first_free);
  }
  std::vector<TreeRoot> roots() const override;
  std::uint64_t inode_number(std::uint64_t inode) const override { return inode & kLargestNumber; }
  Result<FileNode> stat(std::uint64_t inode) override;
  Result<std::vector<DirectoryEntry>> list(std::uint64_t directory) override;
  Result<std::optional<std::uint64_t>> lookup(std::uint64_t directory,
                                              std::string_view name) override;
  Result<std::string> read_link(std::uint64_t inode) override;
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t inode) override;
  Result<std::vector<ByteRange>> replayed(std::uint64_t inode) override;
  Result<std::vector<ByteRange>> unallocated() override {
    return read_btrfs_free_space(*volume_, log_.data());
  }
  Result<std::vector<ByteRange>> slack(std::uint64_t inode) override;
  std::uint32_t block_size() const override { return volume_->super().sector_size; }
  const std::vector<Warning>& warnings() const override { return volume_->warnings().all(); }
  const std::vector<DamagedRange>& structure_damage() const override {
    return volume_->blocks().damage().all();
  }

 private:
  struct Place {
    const BtrfsSubvolume& subvolume;
    std::uint64_t number;
  };
  struct Node {
    Place place;
    BtrfsInode fields;
  };

  std::uint64_t compound(const BtrfsSubvolume& subvolume, std::uint64_t number) const {
    return static_cast<std::uint64_t>(subvolumes_.index_of(subvolume)) << kIndexShift | number;
  }
  Result<Node> node(std::uint64_t inode, std::optional<NodeKind> wanted);
  std::optional<std::uint64_t> target_of(const Place& from, const BtrfsName& name);
  BtrfsFileMap map(const Node& node);

  std::unique_ptr<BtrfsVolume> volume_;
  BtrfsFiles files_{*volume_};
  BtrfsSubvolumes subvolumes_{*volume_, files_};
  BtrfsDataReader data_{*volume_};
  BtrfsLog log_;
};

std::vector<TreeRoot> BtrfsFileSystem::roots() const {
  std::vector<TreeRoot> roots;
  for (const BtrfsSubvolume& one : subvolumes_.all()) {
    TreeRoot root;
    root.name = one.path;
    root.inode = compound(one, btrfs_object::first_free);
    root.id = one.id;
    root.is_default = one.id == subvolumes_.default_id();
    root.read_only = one.read_only;
    root.uuid = btrfs_uuid_text(one.uuid);
    root.created = one.created;
    root.parent_uuid = btrfs_uuid_text(one.parent_uuid);
    for (const BtrfsSubvolume& other : subvolumes_.all())
      if (one.is_snapshot() && other.uuid == one.parent_uuid) root.snapshot_of = other.path;
    roots.push_back(std::move(root));
  }
  return roots;
}

Result<BtrfsFileSystem::Node> BtrfsFileSystem::node(std::uint64_t inode,
                                                    std::optional<NodeKind> wanted) {
  const auto index = static_cast<std::size_t>(inode >> kIndexShift);
  if (index >= subvolumes_.all().size())
    return fail(ErrorKind::unreadable, fmt::format("inode {:#x} does not exist", inode),
                fmt::format("the filesystem has {} subvolumes", subvolumes_.all().size()));
  const Place place{subvolumes_.all()[index], inode & kLargestNumber};
  if (place.number == kEmptyDirectory) {
    BtrfsInode empty;
    empty.mode = 0x41ed;
    return Node{place, empty};
  }
  const auto fields = files_.inode(place.subvolume, place.number);
  if (!fields) return tl::unexpected(fields.error());
  if (wanted && fields->kind() != *wanted)
    return fail(ErrorKind::unreadable,
                fmt::format("inode {} of subvolume {} is no {}", place.number, place.subvolume.id,
                            *wanted == NodeKind::directory ? "directory"
                            : *wanted == NodeKind::file    ? "regular file"
                                                           : "symbolic link"));
  return Node{place, *fields};
}

Result<FileNode> BtrfsFileSystem::stat(std::uint64_t inode) {
  const auto found = node(inode, std::nullopt);
  if (!found) return tl::unexpected(found.error());
  const BtrfsInode& fields = found->fields;
  return FileNode{inode,           fields.kind(),  fields.size,
                  fields.modified, fields.created, fields.changed};
}

/// Where a name leads, which may be the root of another subvolume; nothing where the number does
/// not fit.
std::optional<std::uint64_t> BtrfsFileSystem::target_of(const Place& from, const BtrfsName& name) {
  if (name.target.type == btrfs_item::root) {
    // A snapshot has the names of the subvolumes that its origin had below it, and not those
    // subvolumes: only the parent that the subvolume itself names counts (inode.c,
    // fixup_tree_root_location).
    const BtrfsSubvolume* child = subvolumes_.find(name.target.objectid);
    if (child == nullptr || child->parent != from.subvolume.id || child->directory != from.number ||
        child->name != name.name)
      return compound(from.subvolume, kEmptyDirectory);
    return compound(*child, btrfs_object::first_free);
  }
  if (name.target.objectid <= kLargestNumber) return compound(from.subvolume, name.target.objectid);
  volume_->warnings().damaged(fmt::format(
      "directory inode {} of subvolume {} has an inode number beyond all bounds; that name is "
      "left out",
      from.number, from.subvolume.id));
  return std::nullopt;
}

Result<std::vector<DirectoryEntry>> BtrfsFileSystem::list(std::uint64_t directory) {
  const auto found = node(directory, NodeKind::directory);
  if (!found) return tl::unexpected(found.error());
  std::vector<DirectoryEntry> entries;
  if (found->place.number == kEmptyDirectory) return entries;
  for (BtrfsName& name : files_.names(found->place.subvolume, found->place.number).names)
    if (const auto inode = target_of(found->place, name))
      entries.push_back({std::move(name.name), *inode});
  return entries;
}

Result<std::optional<std::uint64_t>> BtrfsFileSystem::lookup(std::uint64_t directory,
                                                             std::string_view name) {
  const auto found = node(directory, NodeKind::directory);
  if (!found) return tl::unexpected(found.error());
  if (found->place.number == kEmptyDirectory) return std::nullopt;
  const auto entry = files_.find_name(found->place.subvolume, found->place.number, name);
  if (!entry) return tl::unexpected(entry.error());
  if (!*entry) return std::nullopt;
  return target_of(found->place, **entry);
}

BtrfsFileMap BtrfsFileSystem::map(const Node& node) {
  auto found = files_.extents(node.place.subvolume, node.place.number);
  return map_btrfs_file(volume_->super(), node.place.number, node.fields, std::move(found.extents),
                        found.lost);
}

Result<std::string> BtrfsFileSystem::read_link(std::uint64_t inode) {
  const auto found = node(inode, NodeKind::symlink);
  if (!found) return tl::unexpected(found.error());
  if (found->fields.size > kLongestLink)
    return fail(ErrorKind::unreadable,
                fmt::format("symbolic link inode {} of subvolume {} is corrupt",
                            found->place.number, found->place.subvolume.id));
  const auto stream = make_btrfs_stream(data_, volume_->super().sector_size, map(*found));
  std::string target(static_cast<std::size_t>(found->fields.size), '\0');
  const auto got = stream->read(std::as_writable_bytes(std::span(target)));
  if (!got) return tl::unexpected(got.error());
  if (*got != target.size() || !stream->damage().empty())
    return fail(ErrorKind::unreadable,
                fmt::format("symbolic link inode {} of subvolume {} is damaged",
                            found->place.number, found->place.subvolume.id));
  return target;
}

Result<std::unique_ptr<ByteStream>> BtrfsFileSystem::open(std::uint64_t inode) {
  const auto found = node(inode, NodeKind::file);
  if (!found) return tl::unexpected(found.error());
  return make_btrfs_stream(data_, volume_->super().sector_size, map(*found));
}

Result<std::vector<ByteRange>> BtrfsFileSystem::slack(std::uint64_t inode) {
  const auto found = node(inode, NodeKind::file);
  if (!found) return tl::unexpected(found.error());
  const auto extents = files_.extents(found->place.subvolume, found->place.number);
  return btrfs_slack(volume_->chunks(), extents.extents, found->fields.size);
}

/// Holds the file as it is against what was committed of it.
Result<std::vector<ByteRange>> BtrfsFileSystem::replayed(std::uint64_t inode) {
  const auto found = node(inode, std::nullopt);
  if (!found) return tl::unexpected(found.error());
  std::vector<ByteRange> ranges;
  if (log_.inode(found->place.subvolume.id, found->place.number) == nullptr) return ranges;
  const BtrfsFileMap now = map(*found);
  files_.use_log(nullptr);
  const auto before = node(inode, std::nullopt);
  const BtrfsFileMap then = before ? map(*before) : BtrfsFileMap{};
  files_.use_log(&log_);
  return btrfs_changed_ranges(then, now);
}

}  // namespace

Result<std::unique_ptr<FileSystem>> open_btrfs(BlockSource& volume) {
  auto opened = BtrfsVolume::open(volume);
  if (!opened) return tl::unexpected(opened.error());
  auto file_system = std::make_unique<BtrfsFileSystem>(std::move(*opened));
  if (const auto checked = file_system->check_top(); !checked)
    return tl::unexpected(checked.error());
  file_system->replay_log();
  return file_system;
}

}  // namespace pidometer
